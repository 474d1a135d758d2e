import { parse } from 'yaml';
import { ruleCases } from './cases';
import { developmentManifests, productionManifests } from './cases/base';
import { acknowledgementRules } from '../../lib/rules/acknowledgement';
import { catalogue } from '../../lib/rules/catalogue';
import { evaluate } from '../../lib/rules/evaluate';
import { Severity } from '../../lib/rules/finding';
import { nameOf } from '../../lib/rules/model/manifest-reference';

const documented = [...catalogue, ...acknowledgementRules];

function findings(manifests: readonly object[]) {
  return evaluate(manifests.map((manifest: any) => ({ manifest, origin: `${manifest.kind}/${manifest.metadata.name}` })));
}

describe('the catalogue', () => {
  test.each([['production', productionManifests()], ['development', developmentManifests()]])('finds nothing about the %s manifests that cases begin with', (_, manifests) => {
    expect(findings(Object.values(manifests))).toEqual([]);
  });

  test('has cases for every rule, and no others', () => {
    expect(ruleCases.map(({ rule }) => rule)).toEqual(catalogue.map(({ id }) => id));
  });

  test.each(documented.map((rule) => [rule.id, rule] as const))('%s is written down in full', (_, rule) => {
    expect(rule.id).toMatch(/^MQTT-[A-Z]+-\d{3}$/);
    expect(Object.values(Severity)).toContain(rule.severity);
    expect(rule.title).toMatch(/^\w.*[^.]$/);
    expect(rule.why).toMatch(/\.$/);
    expect(rule.remedy).toMatch(/\.$/);
    expect(rule.source).toMatch(/https:\/\/|MQTT 3\.1\.1 §|docs\/(rules|benchmarks)\.md#/);
  });

  test.each(catalogue.map((rule) => [rule.id, rule.example]))('%s has an example that is YAML', (_, example) => {
    expect(parse(example)).toEqual(expect.any(Object));
  });

  test('gives every rule an id of its own', () => {
    expect(new Set(documented.map(({ id }) => id)).size).toBe(documented.length);
  });
});

describe.each(ruleCases.map((cases) => [cases.rule, cases] as const))('%s', (rule, { breaks, satisfies }) => {
  test('has a case that breaks it and one that satisfies it', () => {
    expect(breaks).not.toHaveLength(0);
    expect(satisfies).not.toHaveLength(0);
  });

  test.each(breaks.map((broken) => [broken.name, broken] as const))('finds: %s', (_, broken) => {
    const found = findings(broken.manifests).filter((finding) => finding.rule.id === rule).map(({ violation }) => ({ ...violation, object: nameOf(violation.object) }));
    expect(found).toEqual(broken.findings);
  });

  test.each(satisfies.map((satisfying) => [satisfying.name, satisfying] as const))('accepts: %s', (_, { manifests }) => {
    expect(findings(manifests).filter((finding) => finding.rule.id === rule)).toEqual([]);
  });
});
