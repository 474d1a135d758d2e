import { addressKey } from '../../access/index.js';
import { ConnectionCounts } from './connection-counts.js';

export interface SharedLimits {
  /** All addresses of an IPv6 network of 64 bits count as one. @default - no limit */
  readonly maxConnectionsPerAddress?: number;
  /** Clients without a user name are not counted. @default - no limit */
  readonly maxConnectionsPerUser?: number;
}

/** How many connections of this broker one address and one user may have. */
export class ConnectionLimits {
  readonly #addresses: ConnectionCounts | undefined;
  readonly #users: ConnectionCounts | undefined;

  constructor({ maxConnectionsPerAddress, maxConnectionsPerUser }: SharedLimits) {
    if (maxConnectionsPerAddress !== undefined) this.#addresses = new ConnectionCounts(maxConnectionsPerAddress);
    if (maxConnectionsPerUser !== undefined) this.#users = new ConnectionCounts(maxConnectionsPerUser);
  }

  /** @returns what to call when the connection ends, or undefined if there is no room for it */
  enterAddress(address: string): (() => void) | undefined {
    return enter(this.#addresses, () => addressKey(address));
  }

  /**
   * `replaced`: the user of the connection that this one takes over, which leaves as soon as this one has entered.
   * @returns what to call when the connection ends, or undefined if there is no room for it
   */
  enterUser(username: string | undefined, replaced?: string): (() => void) | undefined {
    return username === undefined ? nothing : enter(this.#users, () => username, username === replaced ? 1 : 0);
  }
}

function enter(counts: ConnectionCounts | undefined, keyOf: () => string, leaving = 0): (() => void) | undefined {
  if (counts === undefined) return nothing;
  const key = keyOf();
  return counts.enter(key, leaving) ? () => counts.leave(key) : undefined;
}

const nothing = (): void => {};
