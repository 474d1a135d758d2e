/** How much a finding weighs. */
export enum Severity {
  /** Stops the synth. */
  ERROR = 'error',
  /** Is printed, and stops nothing. */
  WARNING = 'warning',
}

/** What a rule found about an object of the app: something that would break clients, and what to do about it. */
export interface MqttFinding {
  /** The rule, for example `MQTT-KEEPALIVE-001`; docs/rules.md explains each. */
  readonly id: string;

  /** An error stops the synth unless it is acknowledged; a warning is printed. */
  readonly severity: Severity;

  /** What the rule demands, in one line. */
  readonly title: string;

  /** Construct path of the object, for example `chart/Broker/StatefulSet`. */
  readonly path: string;

  /** The object, for example `StatefulSet mqtt/broker`. */
  readonly object: string;

  /** The value found, with its path in the manifest. */
  readonly found: string;

  /** What it would break. */
  readonly breaks: string;

  /** What to write instead. */
  readonly remedy: string;

  /** Where the reason is written down. */
  readonly source: string;

  /**
   * The reason with which the finding was acknowledged.
   * @default - it was not
   */
  readonly acknowledged?: string;
}
