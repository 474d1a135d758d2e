import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { dirname, join } from 'path';
import { Yaml } from 'cdk8s';
import { parse } from 'yaml';
import { run } from '../../lib/check/run';
import { exampleFile, exampleNames, synthExample } from '../support/examples';

// What the examples show of the command and of the validation; test/consumer runs both in an app of a user's.

let folder: string;

beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'cdk8s-mqtt-examples-')); });
afterAll(() => rmSync(folder, { recursive: true }));

function written(example: string): string {
  const file = join(folder, `${example}.k8s.yaml`);
  writeFileSync(file, Yaml.stringify(...synthExample(example)));
  return file;
}

test.each(exampleNames)('the command finds no error in what examples/%s writes', (example) => {
  let stdout = '';
  const code = run(['check', written(example)], { stdout: { write: (text) => { stdout += text; } }, stderr: process.stderr });
  expect(stdout).toMatch(/^0 errors, /m);
  expect(code).toBe(0);
});

const validated = exampleNames.filter((example) => parse(readFileSync(exampleFile(example, 'cdk8s.yaml'), 'utf8')).validations !== undefined);

test('an example shows the validation, and the command among its scripts', () => {
  expect(validated).toEqual(['on-premises']);
  const { scripts } = JSON.parse(readFileSync(exampleFile('on-premises', 'package.json'), 'utf8'));
  expect(scripts).toEqual({ synth: 'cdk8s synth', check: 'cdk8s-mqtt check dist' });
  expect(readFileSync(exampleFile('on-premises', 'README.md'), 'utf8')).toContain('npx cdk8s-mqtt check dist');
});

test.each(validated)('the validation of examples/%s is there, and passes', async (example) => {
  const settings = exampleFile(example, 'cdk8s.yaml');
  for (const { package: path, version, class: name, properties } of parse(readFileSync(settings, 'utf8')).validations) {
    // cdk8s-cli refuses ranges, and looks for what begins with `./` in the folder of the app.
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(path).toMatch(/^\.\//);
    const module = join(dirname(settings), path);
    expect(existsSync(module)).toBe(true);
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const validation = new (require(module)[name])(properties ?? {});
    const report = { addViolation: jest.fn(), submit: jest.fn() };
    const parseManifest = (file: string) => Yaml.load(file);
    await validation.validate({ manifests: [written(example)], report, parseManifest });
    expect(report.submit).toHaveBeenCalledWith('success', expect.objectContaining({ Errors: '0' }));
  }
});
