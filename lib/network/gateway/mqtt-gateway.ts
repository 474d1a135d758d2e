import type { MqttGatewayClassOptions, MqttGatewayOptions, MqttGatewayReferenceOptions } from './mqtt-gateway-options';

/** The Gateway (https://gateway-api.sigs.k8s.io/) that an MqttGatewayRoute leads through. The route that gets it checks it. */
export class MqttGateway {
  /** A Gateway that exists, or that another route of the app makes. */
  public static fromName(name: string, options: MqttGatewayReferenceOptions): MqttGateway {
    return new MqttGateway(options, { name, options });
  }

  /** A Gateway of this class, made with the route: one listener for each MQTT listener, for routes of its own namespace. */
  public static ofClass(gatewayClassName: string, options: MqttGatewayClassOptions): MqttGateway {
    return new MqttGateway(options, undefined, { gatewayClassName, options });
  }

  private constructor(
    /** @internal */
    public readonly _options: MqttGatewayOptions,
    /** @internal */
    public readonly _reference?: { readonly name: string; readonly options: MqttGatewayReferenceOptions },
    /** @internal */
    public readonly _own?: { readonly gatewayClassName: string; readonly options: MqttGatewayClassOptions },
  ) {}
}
