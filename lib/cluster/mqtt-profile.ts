import type { MqttClusterSettings } from './mqtt-cluster-settings';
import { checkOptions } from '../manifest/options';
import type { IMqttProfile } from '../workload/mqtt-profile-reference';

/**
 * The defaults of a cluster, and what the rules demand of it. A profile of your own is one of these with settings of your own:
 * `MqttProfile.production({ replicas: 5 })`. What a cluster sets itself wins.
 */
export class MqttProfile implements IMqttProfile {
  /** For a laptop or a shared test environment: one broker, 15 GiB, no passwords. */
  public static development(settings: MqttClusterSettings = {}): MqttProfile {
    checkOptions('MqttProfile.development', settings);
    return new MqttProfile('development', settings);
  }

  /** For clients that matter: three brokers on three nodes that share their sessions by a message log of three nodes, 100 GiB each, TLS and passwords. */
  public static production(settings: MqttClusterSettings = {}): MqttProfile {
    checkOptions('MqttProfile.production', settings);
    return new MqttProfile('production', settings);
  }

  private constructor(
    /** `development` or `production`: decides which rules are errors. */
    public readonly name: string,
    /** Settings that replace the profile's own defaults. */
    public readonly settings: MqttClusterSettings,
  ) {}
}
