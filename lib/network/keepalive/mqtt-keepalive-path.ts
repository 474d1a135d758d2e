/** Whether an idle client keeps its connection. */
export enum MqttKeepaliveVerdict {
  /** It does. */
  SURVIVES = 'survives',
  /** It does if every ping is in time: the longest keepalive is shorter than the timer, but longer than 0.8 of it. */
  NO_MARGIN = 'no margin',
  /** It does not. */
  CUT = 'cut',
}

/** A timer between a client and its broker, or at one of the two. */
export interface MqttKeepaliveElement {
  /** What it is, for example `idle timeout of the load balancer`. */
  readonly element: string;

  /**
   * When it runs out, in seconds.
   * @default - never
   */
  readonly seconds?: number;

  /** What happens then, and what resets it. */
  readonly meaning: string;

  /** Where the number is written: URL, or object whose annotations say it. */
  readonly source: string;

  /**
   * What becomes of a client with the longest keepalive here.
   * @default - the element belongs to the client or the broker, and cuts no client that keeps its promise
   */
  readonly verdict?: MqttKeepaliveVerdict;
}

/** One way from clients to the brokers. */
export interface MqttKeepalivePath {
  /** The object that opens it, for example `Service mqtt/edge (aws-nlb, passthrough)`. */
  readonly path: string;

  /** All timers, in the order from the client to the broker. */
  readonly elements: MqttKeepaliveElement[];

  /** What becomes of a client with the longest keepalive. */
  readonly verdict: MqttKeepaliveVerdict;

  /**
   * What cuts a client first that says nothing at all.
   * @default - nothing does: every timer is reset by TCP keepalive probes of the pods
   */
  readonly firstToCut?: string;

  /**
   * After how many seconds it does.
   * @default - nothing does
   */
  readonly cutAfterSeconds?: number;

  /**
   * How long an idle connection stays open at most whose client is gone without a word, in seconds.
   * @default - for ever
   */
  readonly deadConnectionSeconds?: number;

  /**
   * What finds it out.
   * @default - nothing does
   */
  readonly deadConnectionFoundBy?: string;

  /** The verdict in words. */
  readonly conclusion: string;

  /** Settings that make the client survive, each of them enough. Empty where it does. */
  readonly fixes: string[];
}
