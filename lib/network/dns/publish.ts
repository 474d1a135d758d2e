import { isIP } from 'node:net';
import { type ApiObject, Duration } from 'cdk8s';
import { ExternalDnsPrefix } from './external-dns-prefix';
import type { MqttDnsNameOptions } from './mqtt-dns-name-options';
import { hold, holderOf } from './name-registry';
import { ArgumentErrors, show } from '../../manifest/arguments';

/** How ExternalDNS is told of a name. */
export interface NameAnnotation {
  /** `internal-hostname` publishes the address inside the Kubernetes cluster. */
  readonly key: 'hostname' | 'internal-hostname';
  /** Whether pods get names of their own under it. */
  readonly perPod: boolean;
  /** Whether the object that gets the annotation is where ExternalDNS reads targets. */
  readonly readsTargets: boolean;
}

const TTL_BOUNDS = { min: Duration.seconds(1), max: Duration.seconds(2_147_483_647) };

/**
 * Adds the name to those that the object has.
 *
 * @throws one error with everything that keeps the name from being published.
 */
export function publishName(object: ApiObject, hostname: string, options: MqttDnsNameOptions, annotation: NameAnnotation): void {
  const errors = new ArgumentErrors(object, 'DNS name');
  check(object, hostname, options, annotation, errors);
  errors.throwIfAny();

  hold(hostname, object, options.setIdentifier);
  for (const prefix of prefixesOf(options.prefix ?? ExternalDnsPrefix.BOTH)) {
    const key = prefix + annotation.key;
    const others = annotationsOf(object)[key];
    object.metadata.addAnnotation(key, others === undefined ? hostname : `${others},${hostname}`);
    Object.entries(shared(options)).forEach(([name, value]) => object.metadata.addAnnotation(prefix + name, value));
  }
}

function check(object: ApiObject, hostname: unknown, options: MqttDnsNameOptions, annotation: NameAnnotation, errors: ArgumentErrors): void {
  const { perPod } = annotation;
  const why = perPod ? 'ExternalDNS makes a record of it, and of names of the pods under it' : 'ExternalDNS makes a record of it';
  errors.hostname('hostname', hostname ?? null, perPod ? 'no wildcard' : 'wildcard', why);
  if (!errors.like('options', options ?? null, [], '{ ttl: Duration.minutes(5) }')) return;

  errors.duration('ttl', options.ttl, TTL_BOUNDS, 'ExternalDNS takes no other value');
  errors.member('prefix', options.prefix, ExternalDnsPrefix);
  checkSetIdentifier(options.setIdentifier, errors);
  checkTargets(options.targets, annotation, errors);
  checkHolder(hostname, object, options.setIdentifier, errors);
  checkAgreement(object, options, errors);
}

function checkSetIdentifier(value: unknown, errors: ArgumentErrors): void {
  if (value === undefined || (typeof value === 'string' && /^\S(.{0,126}\S)?$/.test(value))) return;
  errors.add(`setIdentifier is ${show(value)}, but must be a text of 1 to 128 characters that neither begins nor ends with a space: Route 53 takes no other`);
}

function checkTargets(targets: unknown, { perPod, readsTargets }: NameAnnotation, errors: ArgumentErrors): void {
  if (targets !== undefined && perPod) {
    errors.add('targets is set, but ExternalDNS gives the pods of a headless Service no names then: leave it out');
  } else if (targets !== undefined && !readsTargets) {
    errors.add('targets is set, but ExternalDNS reads targets from the Gateway, not from its routes: annotate the Gateway');
  }
  if (!errors.filledArray('targets', targets, 'leave it out, or name at least one address')) return;
  targets.forEach((target, index) => {
    if (isIP(String(target)) === 0) errors.hostname(`targets[${index}]`, target ?? null, 'no wildcard', 'a target is an IP address, or a DNS name for a CNAME record');
    if (targets.indexOf(target) < index) errors.add(`targets[${index}] is ${show(target)} a second time: name each target once`);
  });
}

function checkHolder(hostname: unknown, object: ApiObject, setIdentifier: string | undefined, errors: ArgumentErrors): void {
  if (typeof hostname !== 'string') return;
  const holder = holderOf(hostname, object, setIdentifier);
  if (holder === object) {
    errors.add(`hostname is '${hostname}', which this ${object.kind} has already: add each name once`);
  } else if (holder !== undefined) {
    errors.add(`hostname is '${hostname}', which ${holder.kind} '${holder.name}' (${holder.node.path}) has already: ExternalDNS would let the record lead to one of the two. `
      + 'Choose another name, or give each a setIdentifier of its own and a routing policy');
  }
}

/** ExternalDNS reads one annotation for all names of an object: the second name must not change what the first was given. */
function checkAgreement(object: ApiObject, options: MqttDnsNameOptions, errors: ArgumentErrors): void {
  const annotations = annotationsOf(object);
  for (const [name, value] of Object.entries(shared(options))) {
    const found = prefixesOf(ExternalDnsPrefix.BOTH).map((prefix) => annotations[prefix + name]).find((text) => text !== undefined && text !== value);
    if (found === undefined) continue;
    errors.add(`${OPTION[name]} is '${value}', but this ${object.kind} has '${found}' from another of its names, and ExternalDNS knows one for all of them: `
      + 'write the same, or leave it out');
  }
}

/** Option by the name of its annotation. */
const OPTION: { [annotation: string]: string } = { 'ttl': 'ttl', 'target': 'targets', 'set-identifier': 'setIdentifier' };

/** The annotations, without prefix, that count for all names of an object; of options that were found wrong, what can be written. */
function shared({ ttl, targets, setIdentifier }: MqttDnsNameOptions): { [name: string]: string } {
  const milliseconds = ttl?.toMilliseconds?.();
  const values = { 'ttl': milliseconds === undefined ? undefined : String(milliseconds / 1000), 'target': targets?.join?.(','), 'set-identifier': setIdentifier };
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as { [name: string]: string };
}

function prefixesOf(prefix: ExternalDnsPrefix): string[] {
  return prefix === ExternalDnsPrefix.BOTH ? [ExternalDnsPrefix.CURRENT, ExternalDnsPrefix.ALPHA] : [prefix];
}

function annotationsOf(object: ApiObject): { [key: string]: string } {
  return object.metadata.toJson().annotations ?? {};
}
