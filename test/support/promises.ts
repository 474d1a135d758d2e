import { restrictedViolations } from './pod-security';
import { StrictSchema } from './strict-schema';
import { literalSecrets } from '../../lib/manifest/literal-secrets';

/** What is promised of the manifests of every app on every Kubernetes minor: no unknown field, Pod Security restricted, no credential. */
export function expectPromises(objects: readonly any[], minor: number): void {
  const schema = StrictSchema.of(minor);
  expect(objects.filter((object) => schema.isBuiltIn(object)).flatMap((object) => schema.problems(object))).toEqual([]);
  for (const { spec } of objects.filter((object) => object.spec?.template?.spec)) expect(restrictedViolations(spec.template.spec, minor)).toEqual([]);
  expect(objects.filter(({ kind }) => kind === 'Secret')).toEqual([]);
  expect(objects.flatMap((object) => literalSecrets(object))).toEqual([]);
}
