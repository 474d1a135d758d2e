import { mkdtempSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import '@microsoft/jest-sarif';
import { Chart, Testing } from 'cdk8s';
import { MqttCluster } from '../../lib';

const VARIABLE = 'CDK8S_MQTT_REPORT';
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cdk8s-mqtt-report-'));
  process.env.CDK8S_MQTT_QUIET = '1';
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  delete process.env[VARIABLE];
  delete process.env.CDK8S_MQTT_QUIET;
});

/** A development cluster, which lets anonymous clients in. */
function chart(): Chart {
  const made = new Chart(Testing.app(), 'chart', { disableResourceNameHashes: true });
  new MqttCluster(made, 'Broker');
  return made;
}

function reportTo(name: string): string {
  const file = join(folder, name);
  process.env[VARIABLE] = file;
  return file;
}

describe('the report of an app', () => {
  test('is SARIF that shows the line of the code which makes the construct', () => {
    const file = reportTo('findings.sarif');
    Testing.synth(chart());
    const log = JSON.parse(readFileSync(file, 'utf8'));
    expect(log).toBeValidSarifLog();
    const { runs: [{ results }] } = log;
    const source = readFileSync(__filename, 'utf8').split('\n');
    expect(results.map(({ ruleId }: { ruleId: string }) => ruleId)).toEqual(['MQTT-SECURITY-002']);
    const [{ physicalLocation }] = results[0].locations;
    expect(physicalLocation.artifactLocation.uri).toBe('test/rules/app-report.test.ts');
    expect(source[physicalLocation.region.startLine - 1]).toContain("new MqttCluster(made, 'Broker')");
  });

  test('is JSON with the construct path of each object', () => {
    const file = reportTo('findings.json');
    Testing.synth(chart());
    expect(JSON.parse(readFileSync(file, 'utf8')).findings).toEqual([expect.objectContaining({ id: 'MQTT-SECURITY-002', path: 'chart/Broker/Resource' })]);
  });

  test('is written even when the rules end the synth', () => {
    const file = reportTo('findings.json');
    const made = new Chart(Testing.app(), 'chart');
    new MqttCluster(made, 'Broker', { replicas: 3 });
    expect(() => Testing.synth(made)).toThrow('MQTT-SESSION-001');
    expect(JSON.parse(readFileSync(file, 'utf8')).findings.map(({ id }: { id: string }) => id)).toContain('MQTT-SESSION-001');
  });

  test('is an error when the ending does not say what to write', () => {
    reportTo('findings.txt');
    expect(() => Testing.synth(chart())).toThrow(`the environment variable CDK8S_MQTT_REPORT is '${folder}/findings.txt', but must end in .sarif or .json: the ending says what to write`);
  });

  test('is an error when it cannot be written', () => {
    reportTo('gone/findings.json');
    expect(() => Testing.synth(chart())).toThrow(/the environment variable CDK8S_MQTT_REPORT is '.*findings\.json', which cannot be written: ENOENT/);
  });
});
