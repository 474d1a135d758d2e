import type { ManifestModel } from './manifest-model';
import type { ManifestReference } from './manifest-reference';

/** How much a finding weighs. */
export enum Severity {
  /** Stops the synth. */
  ERROR = 'error',
  /** Is printed, and stops nothing. */
  WARNING = 'warning',
}

/** One thing that would break clients, and what to do about it. Rules are data: one file a topic under `catalogue/`. */
export interface Rule {
  /** Stable for ever, for example `MQTT-KEEPALIVE-001`. */
  readonly id: string;
  readonly severity: Severity;
  /** One line: what the rule demands. */
  readonly title: string;
  /** What breaks otherwise. */
  readonly why: string;
  /** Where that is written: URL, specification section, or decision record. */
  readonly source: string;
  /** What to write instead, in general; a violation may say it more exactly. */
  readonly remedy: string;
  /** A piece of TypeScript that satisfies the rule, for docs/rules.md. */
  readonly example: string;
  check(model: ManifestModel): Violation[];
}

/** What one check found on one object. */
export interface Violation {
  readonly object: ManifestReference;
  /** The value found, with its path, for example `spec.externalTrafficPolicy: Local`. */
  readonly found: string;
  /** What it would break, here. */
  readonly breaks: string;
  /** What to write instead, here. @default - the rule's remedy */
  readonly remedy?: string;
}
