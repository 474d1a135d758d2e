import { readManifestTexts, STDIN } from './manifest-files';
import { parseManifests, type PlacedManifest } from './parse-manifests';
import type { Finding } from '../rules/acknowledgement';
import { evaluateModel } from '../rules/evaluate';
import { anyBroker } from '../rules/model/broker-evidence';
import { ManifestModel } from '../rules/model/manifest-model';
import { isOperatorResource } from '../rules/model/operator-resource';
import { repositoryPath } from '../rules/report/repository-path';
import type { SourceLine } from '../rules/report/sarif';

/** What the rules say about manifests that were read from files. */
export interface CheckedManifests {
  readonly manifests: readonly PlacedManifest[];
  /** The brokers among them, as people write them. */
  readonly brokers: readonly string[];
  readonly findings: readonly Finding[];
}

/** Reads all inputs and checks them together. What cannot be read, or holds nothing to check, goes to `problems`; there are findings only if there are none. */
export function checkManifests(inputs: readonly string[], problems: string[]): CheckedManifests {
  const texts = inputs.flatMap((input) => readManifestTexts(input, problems));
  const manifests = texts.flatMap((text) => parseManifests(text, problems));
  if (problems.length === 0 && manifests.length === 0) problems.push(`${inputs.join(', ')}: no Kubernetes object is there (a map with apiVersion and kind)`);
  if (problems.length > 0) return { manifests, brokers: [], findings: [] };

  const model = ManifestModel.of([...manifests], anyBroker);
  return {
    manifests,
    brokers: [
      ...model.brokers.map(({ object, broker, recognisedBy }) => `${object.kind} ${object.name} (${broker}${recognisedBy === undefined ? '' : `, by ${recognisedBy}`})`),
      ...model.objects.filter(isOperatorResource).map(({ kind, name }) => `${kind} ${name} (by its operator)`),
    ],
    findings: evaluateModel(model),
  };
}

/** Where a reviewer sees what a finding is about; nowhere if it came through the standard input. */
export function sourceLines({ manifests }: CheckedManifests): (finding: Finding) => SourceLine | undefined {
  const places = new Map(manifests.filter(({ file }) => file !== STDIN)
    .map(({ origin, file, line }) => [origin, { uri: repositoryPath(file), line }]));
  return ({ violation }) => places.get(violation.object.origin);
}
