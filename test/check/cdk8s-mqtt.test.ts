import { spawnSync } from 'child_process';
import { join } from 'path';
import { stringify } from 'yaml';
import { productionManifests } from '../rules/cases/base';

const ENTRY = join(__dirname, '..', '..', 'lib', 'check', 'cdk8s-mqtt.ts');

function command(args: string[], input: string) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--require', 'ts-node/register/transpile-only', ENTRY, ...args], {
    input, encoding: 'utf8', env: { ...process.env, TS_NODE_COMPILER_OPTIONS: '{"module":"commonjs"}' },
  });
  return { status, stdout, stderr };
}

const { statefulSet, headlessService } = productionManifests();
statefulSet.spec.updateStrategy.type = 'OnDelete';
Object.assign(statefulSet.metadata.annotations, { 'cdk8s-mqtt/profile': 'development' });
const manifests = [statefulSet, headlessService].map((manifest) => `---\n${stringify(manifest)}`).join('');

describe('the command cdk8s-mqtt', () => {
  test('checks its standard input', () => {
    expect(command(['check', '-', '--format', 'json', '--fail-on-warnings'], manifests)).toEqual({
      status: 1, stdout: expect.stringMatching(/"id": "MQTT-WORKLOAD-003",\n.*\n.*\n +"path": "<stdin>:2",/), stderr: '',
    });
  });

  test('ends with exit code 2 when it cannot', () => {
    expect(command(['check', '-'], 'a: [')).toEqual({ status: 2, stdout: '', stderr: expect.stringMatching(/^cdk8s-mqtt: <stdin>:1: is no YAML: /) });
  });
});
