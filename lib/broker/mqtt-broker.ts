import type { MqttAedesOptions } from './aedes/aedes-options';
import { AedesStrategy } from './aedes/aedes-strategy';
import type { BrokerStrategy } from './broker-strategy';
import type { MqttCoverage } from './mqtt-coverage';
import { checkOptions } from '../manifest/options';

/** The broker that runs in the pods of a cluster. */
export class MqttBroker {
  /** The companion broker of this library, on aedes, with a durable store in each pod. */
  public static aedes(options: MqttAedesOptions = {}): MqttBroker {
    checkOptions('MqttBroker.aedes', options);
    return new MqttBroker(new AedesStrategy(options));
  }

  /** @internal */
  public readonly _strategy: BrokerStrategy;

  private constructor(strategy: BrokerStrategy) {
    this._strategy = strategy;
  }

  /** Name of the broker, for example `aedes`. */
  public get name(): string {
    return this._strategy.name;
  }

  /** What this broker does with each setting of the cluster. */
  public get coverage(): MqttCoverage[] {
    return [...this._strategy.coverage];
  }
}
