/** What a profile is called: enough for constructs that have defaults for each. `MqttProfile` is one. */
export interface IMqttProfile {
  /** `development` or `production`. */
  readonly name: string;
}
