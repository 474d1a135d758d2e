import type { Size } from 'cdk8s';
import type { ISecret } from 'cdk8s-plus-27';
import { MqttMessageLogCredentials } from './mqtt-message-log-credentials';
import type { IMqttMessageLog, MqttMessageLogServersOptions } from './mqtt-message-log-reference';
import type { MqttFile } from '../security/mqtt-file';
import type { MqttNetworkPeer } from '../security/mqtt-network-peer';

/** A NATS that exists. The cluster that is given it checks it. */
export class ExternalMessageLog implements IMqttMessageLog {
  public readonly credentials: MqttMessageLogCredentials;
  public readonly certificateAuthority?: MqttFile;
  public readonly clientCertificateSecretName?: string;
  public readonly copies?: number;
  /** For each cluster. */
  public readonly maxSize?: Size;
  public readonly peers?: MqttNetworkPeer[];
  private readonly sizes = new Map<string, { readonly log?: Size; readonly store?: Size }>();

  constructor(public readonly servers: string[], options: MqttMessageLogServersOptions) {
    this.credentials = options.credentials ?? MqttMessageLogCredentials.none();
    this.certificateAuthority = options.certificateAuthority;
    // What is no Secret is none that is left out: its name is refused.
    if (options.clientCertificate !== undefined) this.clientCertificateSecretName = (options.clientCertificate as Partial<ISecret> | null)?.name ?? '';
    this.copies = options.copies;
    this.maxSize = options.maxSize;
    this.peers = options.peers;
  }

  /** Whoever runs it decides who may connect. */
  public allowClients(): void {
    return;
  }

  /** How much room there is, only NATS knows: brokers say so where it is not enough. */
  public addCluster(clusterName: string, maxSize?: Size, maxStoreSize?: Size): void {
    this.sizes.set(clusterName, { log: maxSize, store: maxStoreSize });
  }

  public maxSizeOf(clusterName: string): Size | undefined {
    return this.sizes.get(clusterName)?.log ?? this.maxSize;
  }

  public maxStoreSizeOf(clusterName: string): Size | undefined {
    return this.sizes.get(clusterName)?.store;
  }
}
