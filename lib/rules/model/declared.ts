import type { ManifestObject } from './manifest-object';
import { ACKNOWLEDGE_PREFIX, Annotations } from '../../manifest/annotations';

/** What an annotation of lib/manifest/annotations.ts may say. */
export interface Declaration<T> {
  readonly key: string;
  /** The form, for messages: "a whole number of seconds from 1 to 65535". */
  readonly form: string;
  /** `undefined` for a text of another form. */
  parse(text: string): T | undefined;
  /** The same for the API server: a CEL expression of whether a text has the form. */
  cel(text: string): string;
}

/** The declarations of a workload. */
export const Declared = {
  profile: oneOf(Annotations.PROFILE, 'development', 'production'),
  keepaliveMaximum: wholeNumber(Annotations.KEEPALIVE_MAX_SECONDS, 'seconds', 1, 65535),
  sessionStore: oneOf(Annotations.SESSION_STORE, 'embedded', 'replicated'),
  anonymousClients: oneOf(Annotations.ANONYMOUS_CLIENTS, 'allowed', 'refused'),
  nodeCount: wholeNumber(Annotations.NODE_COUNT, 'nodes', 1),
  connectionsPerPod: wholeNumber(Annotations.CONNECTIONS_PER_POD, 'connections', 0),
  drainRate: wholeNumber(Annotations.DRAIN_CONNECTIONS_PER_SECOND, 'connections a second', 1),
  shutdownDelay: wholeNumber(Annotations.SHUTDOWN_DELAY_SECONDS, 'seconds', 0),
  messageLogEngine: oneOf(Annotations.MESSAGE_LOG_ENGINE, 'nats'),
  tlsListeners: names(Annotations.TLS_LISTENERS),
  proxyListeners: names(Annotations.PROXY_LISTENERS),
} as const;

/** The declarations of a Service of type LoadBalancer. */
export const DeclaredOfService = {
  loadBalancerClass: oneOf(Annotations.LOAD_BALANCER_CLASS, 'passthrough', 'proxy'),
  idleTimeout: {
    key: Annotations.LOAD_BALANCER_IDLE_TIMEOUT,
    form: 'a whole number of seconds from 1, `none` or `unknown`',
    parse: (text: string) => text === 'none' || text === 'unknown' ? text : wholeNumberIn(text, 1),
    cel: (text: string) => `${text} in ['none', 'unknown'] || ${wholeNumberInCel(text, 1)}`,
  } as Declaration<number | 'none' | 'unknown'>,
  exposure: oneOf(Annotations.LOAD_BALANCER_EXPOSURE, 'internet', 'internal'),
  localHealthCheck: oneOf(Annotations.LOAD_BALANCER_LOCAL_HEALTH_CHECK, 'automatic', 'configured', 'missing', 'not-needed'),
  announcement: oneOf(Annotations.LOAD_BALANCER_ANNOUNCEMENT, 'layer-2', 'bgp'),
  targetRemoval: wholeNumber(Annotations.LOAD_BALANCER_TARGET_REMOVAL, 'seconds', 0),
  proxyProtocol: oneOf(Annotations.LOAD_BALANCER_PROXY_PROTOCOL, 'none', 'v1', 'v2', 'any'),
} as const;

/** What the object declares; `undefined` where it declares nothing, or in a form that MQTT-ANNOTATION-001 reports. */
export function declared<T>(object: ManifestObject, declaration: Declaration<T>): T | undefined {
  const text = object.annotations[declaration.key];
  return text === undefined ? undefined : declaration.parse(text);
}

/** The prefix of every annotation of this library that is not an acknowledgement. */
export const DECLARATION_PREFIX = ACKNOWLEDGE_PREFIX.slice(ACKNOWLEDGE_PREFIX.indexOf('.') + 1);

function oneOf<const T extends string>(key: string, ...values: T[]): Declaration<T> {
  return {
    key,
    form: values.map((value) => `\`${value}\``).join(' or '),
    parse: (text) => values.find((value) => value === text),
    cel: (text) => `${text} in ${JSON.stringify(values)}`,
  };
}

function wholeNumber(key: string, unit: string, minimum: number, maximum = Number.MAX_SAFE_INTEGER): Declaration<number> {
  const upTo = maximum === Number.MAX_SAFE_INTEGER ? '' : ` to ${maximum}`;
  return {
    key,
    form: `a whole number of ${unit} from ${minimum}${upTo}`,
    parse: (text) => wholeNumberIn(text, minimum, maximum),
    cel: (text) => wholeNumberInCel(text, minimum, maximum),
  };
}

function wholeNumberInCel(text: string, minimum: number, maximum = Number.MAX_SAFE_INTEGER): string {
  return `${text}.matches('^[0-9]{1,18}$') && int(${text}) >= ${minimum} && int(${text}) <= ${maximum}`;
}

function wholeNumberIn(text: string, minimum: number, maximum = Number.MAX_SAFE_INTEGER): number | undefined {
  const number = /^\d+$/.test(text) ? Number(text) : NaN;
  return number >= minimum && number <= maximum ? number : undefined;
}

function names(key: string): Declaration<string[]> {
  return {
    key,
    form: 'names of container ports, separated by commas',
    parse: (text) => {
      const list = text.split(',').map((name) => name.trim()).filter((name) => name !== '');
      return list.every((name) => /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name)) ? list : undefined;
    },
    cel: (text) => `${text}.split(',').all(n, n.trim().matches('^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$'))`,
  };
}
