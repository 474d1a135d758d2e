import tls from 'tls';
import { IClientOptions, IConnackPacket, MqttClient } from 'mqtt';
import type { Relay } from './relay';

/** Where a broker listens, inside the cluster. */
export interface BrokerAddress {
  /** Name that the certificate must carry. */
  readonly host: string;
  readonly port: number;
  /** Where to connect, when it is not the host itself. */
  readonly address?: string;
  /** Certificate authority that the broker's certificate must come from; without one the connection is plain. */
  readonly ca?: string;
}

const PATIENCE_MS = 15_000;

/** A client that connects by itself, and again when the connection is lost if `reconnectPeriod` says so. */
export function mqttClient(relay: Relay, { host, port, address = host, ca }: BrokerAddress, options: IClientOptions = {}): MqttClient {
  const stream = () => {
    const socket = relay.connect(address, port);
    if (ca === undefined) return socket;
    // The TLS socket tells of the errors; this one would end the process by telling them too.
    socket.on('error', () => undefined);
    return tls.connect({ socket, ca, servername: host });
  };
  // A broker that is not part of its cluster refuses connections until it is: another one, or it a moment later, takes them. MQTT.js gives up then unless it is told.
  return new MqttClient(stream, { reconnectPeriod: 0, connectTimeout: PATIENCE_MS, reconnectOnConnackError: Boolean(options.reconnectPeriod), ...options });
}

/** Waits until a new client is connected. */
export function connected(client: MqttClient): Promise<IConnackPacket> {
  return new Promise((resolve, reject) => {
    const patience = setTimeout(() => done(() => reject(new Error(`not connected within ${PATIENCE_MS / 1000} s`))), PATIENCE_MS);
    const done = (settle: () => void) => {
      clearTimeout(patience);
      client.off('connect', onConnect).off('error', fail).off('close', onClose);
      settle();
    };
    const onConnect = (packet: IConnackPacket) => done(() => resolve(packet));
    // A client that connects again by itself goes on trying.
    const fail = (error: Error) => {
      if (!client.options.reconnectPeriod) done(() => reject(error));
    };
    const onClose = () => fail(new Error('the connection was closed before CONNACK'));
    client.on('connect', onConnect).on('error', fail).on('close', onClose);
  });
}

/** The return code with which the broker refuses a client (MQTT 3.1.1 §3.2.2.3). */
export async function refusal(relay: Relay, address: BrokerAddress, options: IClientOptions): Promise<number> {
  const client = mqttClient(relay, address, options);
  try {
    await connected(client);
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (typeof code === 'number') return code;
    throw error;
  } finally {
    await client.endAsync(true);
  }
  throw new Error('the broker accepted a client that it must refuse');
}

/** A message from a client to itself, at QoS 1, through the broker. */
export async function expectRoundTrip(client: MqttClient, topic: string): Promise<void> {
  const text = `to myself, ${client.options.clientId}`;
  const arrival = new Promise<string>((resolve) => client.once('message', (_topic, payload) => resolve(payload.toString())));
  await client.subscribeAsync(topic, { qos: 1 });
  await client.publishAsync(topic, text, { qos: 1 });
  let patience: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    patience = setTimeout(() => reject(new Error(`the message on ${topic} did not come back within ${PATIENCE_MS / 1000} s`)), PATIENCE_MS);
  });
  const arrived = await Promise.race([arrival, silence]).finally(() => clearTimeout(patience));
  if (arrived !== text) throw new Error(`expected '${text}' on ${topic}, but '${arrived}' arrived`);
}
