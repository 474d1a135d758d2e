import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BenchmarkError } from '../../shared/errors.mjs';
import { repository } from '../../shared/paths.mjs';
import { repositoryModule } from './modules.mjs';

const example = join(repository, 'examples', 'production-aws');
const programs = new URL('./programs/', import.meta.url);

/** A folder as a user has it: the example as JavaScript, beside the compiled library and what it needs. */
export function createWorkspace() {
  if (!existsSync(join(repository, 'build', 'index.js'))) throw new BenchmarkError('the library is not compiled; run npx projen compile');
  const folder = mkdtempSync(join(tmpdir(), 'cdk8s-mqtt-synth-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  // The command that runs gets the signal too, and its end is an error like any other.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  symlinkSync(repository, join(modules, 'cdk8s-mqtt'));
  for (const name of ['cdk8s', 'cdk8s-plus-27', 'constructs']) symlinkSync(join(repository, 'node_modules', name), join(modules, name));
  const typescript = repositoryModule('typescript');
  const compilerOptions = { module: typescript.ModuleKind.CommonJS, target: typescript.ScriptTarget.ES2022 };
  for (const name of ['chart', 'main']) {
    const source = readFileSync(join(example, `${name}.ts`), 'utf8');
    writeFileSync(join(folder, `${name}.js`), typescript.transpileModule(source, { compilerOptions }).outputText);
  }
  for (const name of ['many-clusters.js', 'library-only.js']) copyFileSync(new URL(name, programs), join(folder, name));
  return folder;
}
