import type { ArgumentErrors } from '../manifest/arguments';
import { Labels } from '../manifest/labels';

const RESERVED_LABELS: string[] = Object.values(Labels);

/** What cannot work about the labels that users give their objects besides the library's own. */
export function checkLabels(errors: ArgumentErrors, labels: { [key: string]: string } | undefined): void {
  errors.labels('labels', labels);
  for (const key of Object.keys(labels ?? {})) {
    if (RESERVED_LABELS.includes(key)) errors.add(`labels has the key '${key}', which the library sets itself: choose another`);
  }
}
