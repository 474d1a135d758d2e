import type { BrokerStrategy } from './broker-strategy';
import type { MqttCompanionOptions } from './companion/companion-options';
import { CompanionStrategy } from './companion/companion-strategy';
import type { MqttCoverage } from './mqtt-coverage';
import { checkOptions } from '../manifest/options';

/** The broker that runs in the pods of a cluster. */
export class MqttBroker {
  /** The companion broker of this library, with a durable store in each pod. */
  public static companion(options: MqttCompanionOptions = {}): MqttBroker {
    checkOptions('MqttBroker.companion', options);
    return new MqttBroker(new CompanionStrategy(options));
  }

  /** @internal */
  public readonly _strategy: BrokerStrategy;

  private constructor(strategy: BrokerStrategy) {
    this._strategy = strategy;
  }

  /** Name of the broker, for example `companion`. */
  public get name(): string {
    return this._strategy.name;
  }

  /** What this broker does with each setting of the cluster. */
  public get coverage(): MqttCoverage[] {
    return [...this._strategy.coverage];
  }
}
