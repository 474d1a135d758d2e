import { spawnSync } from 'child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { stringify } from 'yaml';
import * as library from '../../lib';
import { MqttValidation } from '../../lib/check/mqtt-validation';
import { type ClusterManifests, embedStore, productionManifests } from '../rules/cases/base';

const ROOT = join(__dirname, '..', '..');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cdk8s-mqtt-validation-'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  // cdk8s-cli requires the package by its path: here the sources, so that nothing needs to be compiled before.
  writeFileSync(join(folder, 'plugin.js'), `require('ts-node').register({ transpileOnly: true, skipProject: true, compilerOptions: { module: 'commonjs', target: 'es2022', esModuleInterop: true } });
module.exports = require(${JSON.stringify(join(ROOT, 'lib', 'check', 'mqtt-validation.ts'))});
`);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs `cdk8s synth --validate` in an app of these manifests. */
function synth(change: (manifests: ClusterManifests) => void, properties: object = {}): { code: number | null; output: string; reports: any[] } {
  const manifests = productionManifests();
  change(manifests);
  writeFileSync(join(folder, 'main.js'), `const { ApiObject, App, Chart } = require('cdk8s');
const app = new App();
const chart = new Chart(app, 'broker');
Object.entries(${JSON.stringify(manifests)}).forEach(([id, manifest]) => new ApiObject(chart, id, manifest));
app.synth();
`);
  const reports = join(folder, 'reports.json');
  rmSync(reports, { force: true });
  writeFileSync(join(folder, 'cdk8s.yaml'), stringify({
    language: 'typescript',
    app: `${process.execPath} main.js`,
    validations: [{ package: join(folder, 'plugin.js'), version: '1.0.0', class: 'MqttValidation', properties }],
  }));
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'node_modules', 'cdk8s-cli', 'bin', 'cdk8s'), 'synth', '--validate', '--validation-reports-output-file', reports, '--check-upgrade=false'], {
    cwd: folder, encoding: 'utf8', env: { ...process.env, CDK8S_CHECK_UPGRADE: 'false', FORCE_COLOR: '0' }, timeout: 60_000,
  });
  // eslint-disable-next-line no-control-regex
  const output = (stdout + stderr).replace(/\u001b\[\d+m/g, '');
  const written = (() => { try { return readFileSync(reports, 'utf8'); } catch { return '{"reports":[]}'; } })();
  return { code: status, output, reports: JSON.parse(written).reports };
}

const affine = ({ clientService }: ClusterManifests) => { clientService.spec.sessionAffinity = 'ClientIP'; };

describe('cdk8s synth --validate', () => {
  test('passes when nothing is found', () => {
    const { code, output, reports } = synth(() => undefined);
    expect(output).toContain('Validations ended succesfully');
    expect({ code, reports }).toEqual({ code: 0, reports: [expect.objectContaining({ violations: [] })] });
  });

  test('fails with exit code 2 on errors; the report has rule, object, construct and remedy', () => {
    const { code, output, reports } = synth((manifests) => {
      affine(manifests);
      embedStore(manifests);
      manifests.disruptionBudget.metadata.name = 'broker-budget';
    });
    expect(code).toBe(2);
    expect(output).toMatch(/Status +│ failure/);
    expect(output).toMatch(/Errors +│ 1 /);
    expect(output).toContain('MQTT-SESSION-001: Brokers that share clients share sessions (error) (1 occurrences)');
    expect(output).toContain("> StatefulSet mqtt/broker: metadata.annotations 'cdk8s-mqtt/session-store: embedded', with spec.replicas: 3");
    expect(output).toContain('How to fix: Run one replica; ');
    expect(reports[0].violations.map(({ ruleName }: { ruleName: string }) => ruleName.split(':')[0])).toEqual(['MQTT-SESSION-001', 'MQTT-SERVICE-001']);
    expect(reports[0].violations[0].violatingConstructs[0]).toMatchObject({ resourceName: 'broker', manifestPath: expect.stringMatching(/broker\.k8s\.yaml$/) });
  });

  test('passes on warnings, unless failOnWarnings says otherwise', () => {
    expect(synth(affine)).toMatchObject({ code: 0, reports: [{ summary: { status: 'success', metadata: { Errors: '0', Warnings: '1', Acknowledged: '0' } } }] });
    expect(synth(affine, { failOnWarnings: true })).toMatchObject({ code: 2, reports: [{ summary: { status: 'failure' } }] });
  });

  test('passes when what is found is acknowledged', () => {
    const { code, reports } = synth((manifests) => {
      affine(manifests);
      manifests.clientService.metadata.annotations = { 'acknowledge.cdk8s-mqtt/MQTT-SERVICE-001': 'clients are few' };
    }, { failOnWarnings: true });
    expect({ code, summary: reports[0].summary.metadata }).toEqual({ code: 0, summary: { Errors: '0', Warnings: '0', Acknowledged: '1' } });
  });
});

describe('MqttValidation', () => {
  test('is found by its name in the main module, as cdk8s-cli looks for it', () => {
    expect(library.MqttValidation).toBe(MqttValidation);
  });

  test('says all that is wrong with its properties', () => {
    expect(() => new MqttValidation({ failOnWarnings: 'yes', quiet: true })).toThrow(
      "validations in cdk8s.yaml, properties of MqttValidation: failOnWarnings is \"yes\", but must be true or false; 'quiet' is no property of MqttValidation; it has failOnWarnings",
    );
  });
});
