/** How strictly pods are kept apart. */
export enum MqttSpread {
  /** A pod that would break the rule is not scheduled. */
  REQUIRED = 'required',
  /** The scheduler tries. */
  PREFERRED = 'preferred',
  /** The scheduler does not care. */
  NONE = 'none',
}
