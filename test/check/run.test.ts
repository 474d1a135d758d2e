import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import '@microsoft/jest-sarif';
import { stringify } from 'yaml';
import { run } from '../../lib/check/run';
import { configure, developmentManifests, embedStore, productionManifests } from '../rules/cases/base';

let folder: string;

beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'cdk8s-mqtt-check-')); });
afterEach(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function documents(...manifests: object[]): string {
  return manifests.map((manifest) => `---\n${stringify(manifest)}`).join('');
}

function check(...args: string[]): { code: number; stdout: string; stderr: string } {
  const written = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof written) => ({ write: (text: string) => { written[name] += text; } });
  return { code: run(args, { stdout: stream('stdout'), stderr: stream('stderr') }), ...written };
}

const good = () => Object.values(productionManifests());
/** An error about the StatefulSet and a warning about the client Service. */
const bad = () => {
  const manifests = productionManifests();
  embedStore(manifests);
  const { statefulSet, clientService, ...others } = manifests;
  clientService.spec.sessionAffinity = 'ClientIP';
  return [statefulSet, clientService, ...Object.values(others)];
};

describe('cdk8s-mqtt check', () => {
  test('ends with 0 when nothing is found, and says what it looked at', () => {
    expect(check('check', file('good.yaml', documents(...good())))).toEqual({
      code: 0, stdout: '0 errors, 0 warnings, 0 acknowledged, in 8 objects\n1 broker: StatefulSet broker (companion)\n', stderr: '',
    });
  });

  test('ends with 1 on errors, and shows file and line of each object', () => {
    const path = file('bad.yaml', documents(...bad()));
    const lines = readFileSync(path, 'utf8').split('\n');
    const service = lines.indexOf('apiVersion: v1') + 1;
    const { code, stdout } = check('check', path);
    expect(code).toBe(1);
    expect(stdout).toContain(`[${path}:2] error MQTT-SESSION-001: Brokers that share clients share sessions\n    object  StatefulSet mqtt/broker\n`);
    expect(stdout).toContain(`[${path}:${service}] warning MQTT-SERVICE-001: A Service for MQTT clients has no session affinity\n`);
    expect(stdout).toMatch(/\n\n1 error, 1 warning, 0 acknowledged, in 8 objects\n1 broker: StatefulSet broker \(companion\)\n$/);
  });

  test('ends with 0 on warnings, or with 1 when asked to', () => {
    const [, service] = bad();
    const path = file('warning.yaml', documents(service, ...good().filter(({ metadata, kind }) => kind !== 'Service' || metadata.name !== 'broker')));
    expect(check('check', path)).toMatchObject({ code: 0, stdout: expect.stringContaining('0 errors, 1 warning, ') });
    expect(check('check', '--fail-on-warnings', path).code).toBe(1);
  });

  test('ends with 0 when all errors are acknowledged', () => {
    const [statefulSet, , ...others] = bad();
    statefulSet.metadata.annotations['acknowledge.cdk8s-mqtt/MQTT-SESSION-001'] = 'each broker serves one plant';
    expect(check('check', file('accepted.yaml', documents(statefulSet, ...others)))).toMatchObject({ code: 0, stdout: expect.stringContaining('1 acknowledged') });
  });

  test('leaves warnings out on --quiet, and still ends with 1 on them with --fail-on-warnings', () => {
    const { stdout } = check('check', '--quiet', file('bad.yaml', documents(...bad())));
    expect(stdout).toContain('MQTT-SESSION-001');
    expect(stdout).not.toContain('MQTT-SERVICE-001');
  });

  test('takes all inputs together, folders with what is below them, and lists item by item', () => {
    const [statefulSet, ...others] = bad();
    mkdirSync(join(folder, 'chart', 'templates'), { recursive: true });
    mkdirSync(join(folder, 'chart', 'node_modules'), { recursive: true });
    file('chart/node_modules/broken.yaml', ': [');
    file('chart/templates/workload.yml', stringify(statefulSet));
    file('chart/templates/NOTES.txt', 'no manifest: [');
    file('chart/values.yaml', 'replicas: 3\n');
    const list = file('list.json', JSON.stringify({ apiVersion: 'v1', kind: 'List', items: others }, null, 1));
    const { code, stdout } = check('check', join(folder, 'chart'), list);
    expect(code).toBe(1);
    expect(stdout).toContain(`[${join(folder, 'chart/templates/workload.yml')}:1] error MQTT-SESSION-001`);
    expect(stdout).toContain(`[${list}:5] warning MQTT-SERVICE-001`);
    expect(stdout).toContain('in 8 objects');
  });

  test('judges a broker of another chart by what can be seen, and says once what it does not declare', () => {
    const { statefulSet } = developmentManifests();
    statefulSet.metadata.annotations = {};
    Object.assign(statefulSet.spec.template.spec.containers[0], { image: 'docker.io/emqx/emqx:5.8.0', ports: [{ name: 'mqtt', containerPort: 1883 }] });
    const { code, stdout } = check('check', '--format', 'json', file('foreign.yaml', documents(statefulSet)));
    const { findings } = JSON.parse(stdout);
    expect(findings.map(({ id }: { id: string }) => id)).toEqual(['MQTT-STORAGE-005', 'MQTT-SERVICE-011', 'MQTT-PROBE-003', 'MQTT-PROBE-003', 'MQTT-PROBE-003', 'MQTT-ANNOTATION-003']);
    expect(findings.at(-1).found).toBe("recognised as emqx by the image 'docker.io/emqx/emqx:5.8.0' of container 'companion'; no annotation cdk8s-mqtt/broker, cdk8s-mqtt/profile, "
      + 'cdk8s-mqtt/session-store, cdk8s-mqtt/anonymous-clients, cdk8s-mqtt/keepalive-max-seconds, cdk8s-mqtt/tls-listeners');
    expect(code).toBe(1);
  });

  test('does not take a missing declaration of such a broker for a word about TLS or keepalive', () => {
    const { statefulSet, loadBalancer } = developmentManifests();
    statefulSet.metadata.annotations = {};
    Object.assign(statefulSet.spec.template.spec.containers[0], {
      image: 'emqx/emqx:5.8.0', ports: [{ name: 'mqtt', containerPort: 1883 }, { name: 'mqttssl', containerPort: 8883 }],
    });
    loadBalancer.metadata.annotations['service.beta.kubernetes.io/aws-load-balancer-scheme'] = 'internet-facing';
    loadBalancer.spec.ports = [{ port: 1883, targetPort: 'mqtt' }, { port: 8883, targetPort: 'mqttssl' }, { port: 8083, targetPort: 8083 }];
    const { findings } = JSON.parse(check('check', '--format', 'json', file('foreign.yaml', documents(statefulSet, loadBalancer))).stdout);
    const aboutLoadBalancer = findings.filter(({ object }: { object: string }) => object === 'Service mqtt/broker-nlb');
    expect(aboutLoadBalancer.map(({ id, found }: { id: string; found: string }) => [id, found])).toEqual([
      ['MQTT-SECURITY-004', 'port 1883 of an internet-facing load balancer leads to a listener without TLS'],
      ['MQTT-ANNOTATION-005', expect.stringContaining('reached from the internet')],
    ]);
  });

  test('judges the resources of operators', () => {
    const { code, stdout } = check('check', file('hivemq.yaml', documents({
      apiVersion: 'hivemq.com/v1', kind: 'HiveMQPlatform', metadata: { name: 'plant' }, spec: { extensions: [{ id: 'hivemq-allow-all-extension', enabled: true }] },
    })));
    expect(code).toBe(1);
    expect(stdout).toMatch(/error MQTT-HIVEMQ-001: [^]*\n1 error, 0 warnings, 0 acknowledged, in 1 object\n1 broker: HiveMQPlatform plant \(by its operator\)\n$/);
  });

  test('reads the configuration of the companion broker in manifests that declare nothing', () => {
    const manifests = developmentManifests();
    manifests.statefulSet.metadata.annotations = {};
    configure(manifests, (configuration) => {
      configuration.keepalive.maxSeconds = 600;
      configuration.listeners[0].protocol = 'tcp';
    });
    delete manifests.statefulSet.spec.template.spec.securityContext.sysctls;
    manifests.loadBalancer.metadata.annotations['service.beta.kubernetes.io/aws-load-balancer-scheme'] = 'internet-facing';
    const { findings } = JSON.parse(check('check', '--format', 'json', file('plain.yaml', documents(...Object.values(manifests)))).stdout);
    expect(findings.map(({ id }: { id: string }) => id)).toEqual([
      'MQTT-KEEPALIVE-001', 'MQTT-SECURITY-004', 'MQTT-SHUTDOWN-003', 'MQTT-ANNOTATION-003', 'MQTT-ANNOTATION-005',
    ]);
    expect(findings.find(({ id }: { id: string }) => id === 'MQTT-ANNOTATION-003').found).toBe("recognised as companion by the variable MQTT_BROKER_CONFIG of container 'companion'; no annotation cdk8s-mqtt/broker, cdk8s-mqtt/profile");
  });

  test('says so when no broker is among the objects', () => {
    const { code, stdout } = check('check', file('config.yaml', documents(productionManifests().configuration)));
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: '0 errors, 0 warnings, 0 acknowledged, in 1 object\nNo broker is among them. A workload whose image and ports do not show it declares it by the annotation cdk8s-mqtt/broker (docs/check.md)\n',
    });
  });

  test('writes JSON with the fields of a finding', () => {
    const path = file('bad.yaml', documents(...bad()));
    const { tool, findings } = JSON.parse(check('check', '--format=json', path).stdout);
    expect(tool).toEqual({ name: 'cdk8s-mqtt', version: expect.stringMatching(/^\d+\.\d+\.\d+/) });
    expect(findings[0]).toMatchObject({ id: 'MQTT-SESSION-001', severity: 'error', path: `${path}:2`, object: 'StatefulSet mqtt/broker' });
    expect(findings).toHaveLength(2);
  });

  test('writes the report to a file', () => {
    const output = join(folder, 'report.sarif');
    expect(check('check', '--format', 'sarif', '--output', output, file('bad.yaml', documents(...bad())))).toEqual({ code: 1, stdout: '', stderr: '' });
    const written = JSON.parse(readFileSync(output, 'utf8'));
    expect(written).toBeValidSarifLog();
    const { runs: [{ results }] } = written;
    expect(results[0].locations[0].physicalLocation.region).toEqual({ startLine: 2 });
  });

  test('prints help and version', () => {
    expect(check('--help')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Usage: cdk8s-mqtt check /) });
    expect(check('check', '-h')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Usage: /) });
    expect(check('--version')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\S*\n$/) });
  });
});

describe('cdk8s-mqtt check refuses with exit code 2', () => {
  const LAST = 'cdk8s-mqtt: nothing was checked; `cdk8s-mqtt --help` tells more\n';
  const refusal = (...args: string[]) => {
    const { code, stdout, stderr } = check(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.endsWith(LAST)).toBe(true);
    return stderr.slice(0, -LAST.length).split('\n').filter((line) => line !== '').map((line) => line.replace(/^cdk8s-mqtt: /, ''));
  };

  test.each([
    [[], 'no command is given: write `cdk8s-mqtt check FILE`'],
    [['lint'], "'lint' is no command: write `cdk8s-mqtt check FILE`"],
    [['check'], 'check: names nothing to check: write files, folders, or - for the standard input'],
  ])('%j', (args, problem) => {
    expect(refusal(...args)).toEqual([problem]);
  });

  test('all wrong arguments and unreadable inputs at once', () => {
    const template = file('template.yaml', 'a: {{ .Values.a }}\nb: [\n');
    mkdirSync(join(folder, 'empty'));
    expect(refusal('check', '--bad', '--format=xml', '--quiet=1', '--output=', join(folder, 'gone.yaml'), join(folder, 'empty'), template)).toEqual([
      '--bad: there is no such option; the options are --format, --output, --quiet, --fail-on-warnings, --help, --version',
      "--quiet: takes no value, found '1'",
      '--output: needs a value, the name of a file',
      "--format: 'xml' is none of text, json, sarif",
      `${folder}/gone.yaml: cannot be read: there is no such file or folder`,
      `${folder}/empty: no file there ends in .yaml, .yml or .json: name the folder that the manifests are in`,
      expect.stringMatching(/template\.yaml:\d+: is no YAML: .* \(it looks like a template: check the output of `helm template`\)$/),
    ]);
  });

  test('the standard input given twice, and an option without its value', () => {
    expect(refusal('check', '-', '-', '--format', '--quiet', join(folder, 'gone.yaml'))[0]).toBe('--format: needs a value, text, json, sarif');
    expect(refusal('check', join(folder, 'gone.yaml'), '-', '-')).toContain('-: is given twice, but the standard input can be read once');
  });

  test('a key that is there twice', () => {
    expect(refusal('check', file('twice.yaml', 'apiVersion: v1\nkind: ConfigMap\nkind: Secret\n'))).toEqual([`${folder}/twice.yaml:3: is no YAML: Map keys must be unique`]);
  });

  test('an alias without an anchor', () => {
    expect(refusal('check', file('alias.yaml', 'apiVersion: v1\nkind: ConfigMap\ndata: *gone\n'))).toEqual([expect.stringMatching(/alias\.yaml.*gone/)]);
  });

  test('input without any Kubernetes object', () => {
    const path = file('values.yaml', 'replicas: 3\n---\n- 1\n---\n');
    expect(refusal('check', path)).toEqual([`${path}: no Kubernetes object is there (a map with apiVersion and kind)`]);
  });

  test('a report that cannot be written', () => {
    expect(refusal('check', '--output', join(folder, 'gone', 'report.json'), file('good.yaml', documents(...good())))).toEqual([
      expect.stringMatching(/^--output .*report\.json: cannot be written: ENOENT/),
    ]);
  });
});
