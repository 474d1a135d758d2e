/** How far a broker goes along with a setting of the cluster. */
export enum MqttCoverageLevel {
  /** The setting means for this broker what its documentation says. */
  MAPPED = 'mapped',
  /** A part of it does. */
  PARTLY = 'partly',
  /** The broker cannot do it; asking for it is a finding. */
  IMPOSSIBLE = 'impossible',
}

/** What a broker does with one setting of the cluster. */
export interface MqttCoverage {
  /** The setting, for example `storage`. */
  readonly setting: string;

  /** How far the broker goes along with it. */
  readonly level: MqttCoverageLevel;

  /** Where the setting ends up: a field of a manifest or a key of the broker's configuration. */
  readonly field: string;
}
