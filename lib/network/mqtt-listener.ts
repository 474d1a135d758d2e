import { defined } from '../manifest/defined';
import { checkOptions } from '../manifest/options';
import type { MqttAuthenticationMethod } from '../security/mqtt-authentication';
import type { MqttTls } from '../security/mqtt-tls';

/** How MQTT travels on a listener. */
export enum MqttTransport {
  /** MQTT over TCP. */
  TCP = 'tcp',
  /** MQTT over TLS. */
  TLS = 'tls',
  /** MQTT over WebSocket. */
  WEBSOCKET = 'ws',
  /** MQTT over secure WebSocket. */
  SECURE_WEBSOCKET = 'wss',
}

/** Options that every listener has. */
export interface MqttListenerOptions {
  /**
   * Port of the container and of the Services.
   * @default - 1883 for TCP, 8883 for TLS (both registered for MQTT at IANA), 8083 for WebSocket, 8084 for secure WebSocket
   */
  readonly port?: number;

  /**
   * Name of the port: lower-case letters, digits and dashes, 15 characters at most (Kubernetes' rule for port names).
   * @default - `mqtt`, `mqtts`, `ws` or `wss`
   */
  readonly name?: string;

  /**
   * Connections that this listener accepts on each pod.
   * @default - no limit of its own
   */
  readonly maxConnections?: number;

  /**
   * Connections that this listener lets in in a second on each pod, and as many at once. More wait in order, and those that would wait longer than half of the broker's `connectTimeout`
   * are closed: a storm of reconnecting clients is served at that rate.
   * @default - no limit
   */
  readonly connectionsPerSecond?: number;

  /**
   * How clients of this listener may say who they are. Each way must be set up in `authentication` of the cluster.
   * @default - every way that is set up there
   */
  readonly authentication?: MqttAuthenticationMethod[];
}

/** Options of a listener that speaks WebSocket. */
export interface MqttWebSocketOptions extends MqttListenerOptions {
  /**
   * HTTP path.
   * @default /mqtt
   */
  readonly path?: string;

  /**
   * Origins of the web pages that may connect, for example `https://app.example.com`; an empty list lets no page connect. Clients that are no browsers send
   * no origin and are not affected.
   * @default - pages of every origin, as none can make a browser send a password or token that it does not know; none where the listener asks for client
   * certificates, which a browser presents for any page
   */
  readonly allowedOrigins?: string[];
}

/** A port on which the brokers accept MQTT clients. The cluster that gets it checks it. */
export class MqttListener {
  /**
   * MQTT over plain TCP. In production this is an error (MQTT-SECURITY-003) until it is acknowledged with a reason.
   */
  public static tcp(options: MqttListenerOptions = {}): MqttListener {
    checkOptions('MqttListener.tcp', options);
    return new MqttListener(MqttTransport.TCP, { name: 'mqtt', port: 1883, ...defined(options) });
  }

  /**
   * MQTT over TLS, ended in the broker.
   */
  public static tls(certificate: MqttTls, options: MqttListenerOptions = {}): MqttListener {
    checkOptions('MqttListener.tls', options);
    return new MqttListener(MqttTransport.TLS, { name: 'mqtts', port: 8883, ...defined(options), certificate });
  }

  /**
   * MQTT over WebSocket, for browsers. In production this is an error (MQTT-SECURITY-003) until it is acknowledged with a reason.
   */
  public static websocket(options: MqttWebSocketOptions = {}): MqttListener {
    checkOptions('MqttListener.websocket', options);
    return new MqttListener(MqttTransport.WEBSOCKET, { name: 'ws', port: 8083, path: '/mqtt', ...defined(options) });
  }

  /**
   * MQTT over secure WebSocket, ended in the broker.
   */
  public static secureWebsocket(certificate: MqttTls, options: MqttWebSocketOptions = {}): MqttListener {
    checkOptions('MqttListener.secureWebsocket', options);
    return new MqttListener(MqttTransport.SECURE_WEBSOCKET, { name: 'wss', port: 8084, path: '/mqtt', ...defined(options), certificate });
  }

  /** Name of the port in the pods and Services. */
  public readonly name: string;
  /** Port of the container and of the Services. */
  public readonly port: number;
  /** HTTP path of a WebSocket listener. */
  public readonly path?: string;
  /** Connections that this listener accepts on each pod. */
  public readonly maxConnections?: number;
  /** Connections that this listener accepts in a second on each pod. */
  public readonly connectionsPerSecond?: number;
  /** How clients of this listener may say who they are; not set: every way that the cluster has. */
  public readonly authentication?: MqttAuthenticationMethod[];
  /** Origins of the web pages that may connect. */
  public readonly allowedOrigins?: string[];
  /** Certificate of a listener with TLS. */
  public readonly certificate?: MqttTls;

  private constructor(
    /** How MQTT travels on this listener. */
    public readonly transport: MqttTransport,
    options: MqttWebSocketOptions & { name: string; port: number; certificate?: MqttTls },
  ) {
    this.name = options.name;
    this.port = options.port;
    this.path = options.path;
    this.maxConnections = options.maxConnections;
    this.connectionsPerSecond = options.connectionsPerSecond;
    this.authentication = options.authentication;
    this.allowedOrigins = options.allowedOrigins;
    this.certificate = options.certificate;
  }

  /** Whether the bytes on the wire are encrypted. */
  public get encrypted(): boolean {
    return this.transport === MqttTransport.TLS || this.transport === MqttTransport.SECURE_WEBSOCKET;
  }
}
