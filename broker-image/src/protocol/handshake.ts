import { randomUUID } from 'node:crypto';
import type { ConnectPacket, ConnectRequest } from './connect-packet.js';
import type { BrokerOptions, Connection } from './broker-options.js';
import { ConnectReturnCode } from './packets.js';
import { topicProblem } from './topics.js';
import { Message } from '../store/index.js';
import type { AuthenticationFailure, AuthenticationResult, ClientIdentity } from '../access/access-control.js';
import type { RefusalReason } from '../operations/observer.js';

export interface Refusal {
  readonly reason: RefusalReason;
  /** Absent: the client is not even answered. */
  readonly returnCode?: number;
  readonly error?: Error;
}

const { badUserNameOrPassword, identifierRejected, notAuthorized, serverUnavailable } = ConnectReturnCode;
const RETURN_CODES: Record<AuthenticationFailure, number> = {
  anonymous: notAuthorized,
  'bad-credentials': badUserNameOrPassword,
  'token-expired': badUserNameOrPassword,
  // The password was not looked at: the answer must not say that it is wrong.
  'too-many-failures': serverUnavailable,
  unavailable: serverUnavailable,
};

/** Decides whether a client may have what its CONNECT asks for. */
export class Handshake {
  readonly #options: BrokerOptions;
  readonly #connection: Connection;
  #identity: ClientIdentity;
  #request: ConnectRequest | undefined;
  #will: Message | undefined;
  #expiresAt = Infinity;

  constructor(options: BrokerOptions, connection: Connection) {
    this.#options = options;
    this.#connection = connection;
    this.#identity = { clientId: '', listener: connection.listener, remoteAddress: connection.remoteAddress };
  }

  get identity(): ClientIdentity {
    return this.#identity;
  }

  /** Defined once CONNECT came. */
  get request(): ConnectRequest | undefined {
    return this.#request;
  }

  get will(): Message | undefined {
    return this.#will;
  }

  /** When what the client proved its identity with expires, in milliseconds of the Unix epoch; Infinity: never. Known once it is authenticated. */
  get expiresAt(): number {
    return this.#expiresAt;
  }

  /** @returns why the client is refused, if it is */
  check(packet: ConnectPacket, draining: boolean): Refusal | undefined {
    const { maxKeepaliveSeconds, limits } = this.#options;
    const { clientId, clean, keepaliveSeconds, protocolVersion, will } = packet;
    // Only what lasts: the password does not stay in memory.
    this.#request = { clientId, clean, keepaliveSeconds, protocolVersion };
    this.#identity = { ...this.#identity, clientId };
    if (draining) return { reason: 'draining', returnCode: serverUnavailable };
    if (clientId === '') {
      // [MQTT-3.1.3-8]; MQTT 3.1 has no zero-length client id at all
      if (!clean || protocolVersion === 3) return { reason: 'client-id', returnCode: identifierRejected };
      this.#identity = { ...this.#identity, clientId: `auto-${randomUUID()}` };
    }
    // 3.1.1 has no code for it. "Not authorized" tells the client that trying again as it is will not help, where "server unavailable" would have it retry for ever.
    if (maxKeepaliveSeconds !== undefined && (keepaliveSeconds === 0 || keepaliveSeconds > maxKeepaliveSeconds)) {
      return { reason: 'keepalive', returnCode: notAuthorized, error: new Error(`keepalive of ${keepaliveSeconds} s, at most ${maxKeepaliveSeconds} s and not 0 are allowed`) };
    }
    if (will !== undefined) {
      const problem = topicProblem(will.topic, limits.maxTopicLevels);
      if (problem !== undefined) return { reason: 'malformed', error: new Error(`the will cannot be published: ${problem}`) };
      this.#will = Message.create(will.topic, will.payload, will.qos, will.retain);
    }
    return undefined;
  }

  /** @returns why the client is refused, if it is */
  async authenticate(username: string | undefined, password: Buffer | undefined): Promise<Refusal | undefined> {
    const { access, observer } = this.#options;
    const { certificate } = this.#connection;
    if (username !== undefined) this.#identity = { ...this.#identity, username };
    let error: Error | undefined;
    const result = await access.authenticate({ ...this.#identity, ...(password === undefined ? {} : { password }), ...(certificate === undefined ? {} : { certificate }) }).catch((cause: Error): AuthenticationResult => {
      error = cause;
      return { accepted: false, reason: 'unavailable' };
    });
    if (!result.accepted) {
      const cause = error ?? result.error;
      return { reason: result.reason, returnCode: RETURN_CODES[result.reason], ...(cause === undefined ? {} : { error: cause }) };
    }
    const { clientId, listener, remoteAddress } = this.#identity;
    const { username: verified, tokenRules, expiresAt = Infinity } = result;
    if (expiresAt <= Date.now()) return { reason: 'token-expired', returnCode: RETURN_CODES['token-expired'] };
    // From here on the user name is the one that was verified, if any: not what the client wrote.
    this.#identity = { clientId, listener, remoteAddress, ...(verified === undefined ? {} : { username: verified }), ...(tokenRules === undefined ? {} : { tokenRules }) };
    this.#expiresAt = expiresAt;
    // A will is published when nobody can be asked any more, so it is decided now.
    if (this.#will !== undefined && !access.mayPublish(this.#identity, this.#will.topic)) {
      observer.publishDenied(this.#identity, this.#will.topic);
      this.#will = undefined;
    }
    return undefined;
  }
}
