import '@microsoft/jest-sarif';
import type { Finding } from '../../../lib/rules/acknowledgement';
import { evaluate } from '../../../lib/rules/evaluate';
import { sarifReport } from '../../../lib/rules/report/sarif';
import { ruleCases } from '../cases';
import { type ClusterManifests, embedStore, productionManifests } from '../cases/base';

function findings(change: (manifests: ClusterManifests) => void = () => undefined): Finding[] {
  const manifests = productionManifests();
  embedStore(manifests);
  manifests.clientService.spec.sessionAffinity = 'ClientIP';
  change(manifests);
  return evaluate(Object.values(manifests).map((manifest, index) => ({ manifest, origin: `a.yaml:${index}` })));
}

const log = (found: readonly Finding[], sourceOf: Parameters<typeof sarifReport>[1] = () => undefined) => JSON.parse(sarifReport(found, sourceOf));

describe('the SARIF log', () => {
  test('names its version and the tool', () => {
    expect(log([])).toEqual({
      $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
      version: '2.1.0',
      runs: [{
        tool: { driver: { name: 'cdk8s-mqtt', version: expect.any(String), informationUri: expect.stringMatching(/^https:\/\//), rules: [] } },
        columnKind: 'utf16CodeUnits',
        results: [],
      }],
    });
  });

  test('describes the rules that found something, and refers to them by index', () => {
    const [{ tool: { driver: { rules } }, results }] = log(findings()).runs;
    expect(rules.map(({ id }: { id: string }) => id)).toEqual(['MQTT-SESSION-001', 'MQTT-SERVICE-001']);
    expect(rules[1]).toEqual({
      id: 'MQTT-SERVICE-001',
      shortDescription: { text: 'A Service for MQTT clients has no session affinity' },
      fullDescription: { text: expect.stringMatching(/^An MQTT connection stays/) },
      help: { text: 'Leave sessionAffinity out.\n\nSource: https://kubernetes.io/docs/reference/networking/virtual-ips/#session-affinity' },
      helpUri: expect.stringMatching(/\/docs\/rules\.md#mqtt-service-001$/),
      defaultConfiguration: { level: 'warning' },
    });
    expect(results.map(({ ruleId, ruleIndex, level }: Record<string, unknown>) => [ruleId, ruleIndex, level])).toEqual([
      ['MQTT-SESSION-001', 0, 'error'], ['MQTT-SERVICE-001', 1, 'warning'],
    ]);
  });

  test('shows the line that a reviewer sees, and the object', () => {
    const [{ results: [result] }] = log(findings(), ({ violation }) => violation.object.kind === 'StatefulSet' ? { uri: 'deploy/a.yaml', line: 7 } : undefined).runs;
    expect(result.message.text).toBe("StatefulSet mqtt/broker: metadata.annotations 'cdk8s-mqtt/session-store: embedded', with spec.replicas: 3. The pods are separate brokers: "
      + 'messages do not pass between their clients, and sessions do not move with a client. '
      + 'Run one replica; or a broker or session store that is replicated; or acknowledge this rule where separate brokers are meant.');
    expect(result.locations).toEqual([{
      physicalLocation: { artifactLocation: { uri: 'deploy/a.yaml' }, region: { startLine: 7 } },
      logicalLocations: [{ name: 'broker', fullyQualifiedName: 'StatefulSet mqtt/broker', kind: 'resource' }],
    }]);
  });

  test('shows the origin where there is no such line', () => {
    expect(log(findings()).runs[0].results[0].locations).toEqual([{ logicalLocations: [{ name: 'broker', fullyQualifiedName: 'a.yaml:0', kind: 'resource' }] }]);
  });

  test('keeps what is acknowledged, as suppressed with its reason', () => {
    const [{ results: [accepted, open] }] = log(findings(({ statefulSet }) => {
      statefulSet.metadata.annotations['acknowledge.cdk8s-mqtt/MQTT-SESSION-001'] = 'each broker serves one plant';
    })).runs;
    expect(accepted.suppressions).toEqual([{ kind: 'inSource', justification: 'each broker serves one plant' }]);
    expect(open).not.toHaveProperty('suppressions');
  });

  test('recognises a finding again when its value or its line has changed', () => {
    const fingerprint = (replicas: number) => log(findings(({ statefulSet }) => { statefulSet.spec.replicas = replicas; }), () => ({ uri: 'a', line: replicas })).runs[0].results[0].partialFingerprints;
    expect(fingerprint(2)).toEqual({ 'ruleAndObject/v1': expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(fingerprint(2)).toEqual(fingerprint(3));
    expect(new Set(log(findings()).runs[0].results.map((result: { partialFingerprints: object }) => JSON.stringify(result.partialFingerprints))).size).toBe(2);
  });
});

describe('against the schema of SARIF 2.1.0, the log', () => {
  const everything = () => ruleCases.flatMap(({ breaks }) => breaks).flatMap(({ manifests }) =>
    evaluate(manifests.map((manifest: any, index) => ({ manifest, origin: `a.yaml:${index}` }))));

  test('is valid without findings, and with every finding of every case', () => {
    expect(log([])).toBeValidSarifLog();
    expect(new Set(everything().map(({ rule }) => rule.id)).size).toBeGreaterThan(70);
    expect(log(everything())).toBeValidSarifLog();
    expect(log(everything(), () => ({ uri: 'deploy/with%20space.yaml', line: 1 }))).toBeValidSarifLog();
  });

  test('is valid with findings that are acknowledged', () => {
    const accepted = findings(({ statefulSet }) => { statefulSet.metadata.annotations['acknowledge.cdk8s-mqtt/MQTT-SESSION-001'] = 'each broker serves one plant'; });
    expect(log(accepted).runs[0].results[0]).toHaveProperty('suppressions');
    expect(log(accepted, () => ({ uri: 'file:///srv/app/main.ts', line: 3 }))).toBeValidSarifLog();
  });

  test('would be found wrong', () => {
    const withoutMessage = log(findings());
    delete withoutMessage.runs[0].results[0].message;
    expect(withoutMessage).not.toBeValidSarifLog();
    expect(log(findings(), () => ({ uri: 'a.yaml', line: 0 }))).not.toBeValidSarifLog();
    expect({ ...log([]), extra: true }).not.toBeValidSarifLog();
  });
});
