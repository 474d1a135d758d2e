import * as fs from 'fs';
import * as path from 'path';
import { apiOfPackage, changesBetween } from './kubernetes-api';

// For the minors of which npm has no cdk8s-plus: test/support/api-changes/README.md.

const folders = process.argv.slice(2);
const packages = folders.map((folder) => ({ folder, minor: Number(/cdk8s-plus-(\d+)$/.exec(JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8')).name)?.[1]) }));
packages.slice(1).forEach(({ folder, minor }, index) => {
  const before = packages[index];
  if (minor !== before.minor + 1) throw new Error(`${folder} is of 1.${minor}, behind one of 1.${before.minor}: name the packages of consecutive minors, the oldest first`);
  const changes = changesBetween(apiOfPackage(before.folder), apiOfPackage(folder));
  fs.writeFileSync(path.join(__dirname, 'api-changes', `1.${minor}.json`), `${JSON.stringify(changes, null, 1)}\n`);
});
