import { Duration, Size, SizeRoundingBehavior } from 'cdk8s';
import { Construct } from 'constructs';
import { ArgumentErrors, show } from '../../manifest/arguments';
import { ExternalTrafficPolicy } from '../../network/external-traffic-policy';
import type { MqttCapacityOptions } from '../mqtt-capacity-options';

/** MQTT 3.1.1 §2.2.3: the largest packet. */
const LARGEST_MESSAGE_KIBIBYTES = 256 * 1024;
const SMALLEST_MESSAGE_KIBIBYTES = 1 / 1024;

/** Refuses what cannot be planned for, all of it at once. */
export function checkOptions(options: MqttCapacityOptions): void {
  // A plan is no construct, but its errors read like those of constructs.
  const errors = new ArgumentErrors(new Construct(undefined as never, 'MqttCapacity'), 'plan');
  if (typeof options !== 'object' || options === null) {
    errors.add(`the options are ${show(options)}, but must be made like this: { clients: 10000, publishesPerSecond: 500 }`);
    errors.throwIfAny();
  }
  if (options.clients === undefined) errors.add('clients is undefined, but must be the number of clients that are connected at the same time');
  errors.wholeNumber('clients', options.clients, { min: 1 }, 'a cluster without clients needs no plan');
  if (options.publishesPerSecond === undefined) errors.add('publishesPerSecond is undefined, but must be the number of messages that all clients send together in a second');
  rate(errors, 'publishesPerSecond', options.publishesPerSecond);
  rate(errors, 'fanOut', options.fanOut);
  messageSize(errors, options.messageSize);
  for (const name of ['qos1Share', 'qos2Share', 'persistentShare', 'absentShare', 'tlsShare'] as const) share(errors, name, options[name]);
  const { qos1Share = 0, qos2Share = 0 } = options;
  if (isShare(qos1Share) && isShare(qos2Share) && Number((qos1Share + qos2Share).toPrecision(12)) > 1) {
    errors.add(`qos1Share and qos2Share are ${qos1Share} and ${qos2Share}, together more than all messages: lower one of them`);
  }
  errors.duration('retention', options.retention, { min: Duration.seconds(1) }, 'it is counted in whole seconds');
  errors.wholeNumber('retainedMessages', options.retainedMessages, { min: 0 }, 'it is the number of topics with a retained message');
  errors.member('trafficPolicy', options.trafficPolicy, ExternalTrafficPolicy);
  errors.wholeNumber('nodeCores', options.nodeCores, { min: 1 }, 'it is the number of CPU cores of a node');
  errors.wholeNumber('replicas', options.replicas, { min: 1 }, 'clients need a broker');
  errors.like('profile', options.profile, ['name', 'settings'], 'MqttProfile.production()');
  errors.throwIfAny();
}

function rate(errors: ArgumentErrors, name: string, value: unknown): void {
  if (value === undefined || (typeof value === 'number' && Number.isFinite(value) && value >= 0)) return;
  errors.add(`${name} is ${show(value)}, but must be a number of at least 0`);
}

function share(errors: ArgumentErrors, name: string, value: unknown): void {
  if (value === undefined || isShare(value)) return;
  errors.add(`${name} is ${show(value)}, but must be a number from 0 to 1: a tenth is 0.1, not 10`);
}

function isShare(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1;
}

function messageSize(errors: ArgumentErrors, size: Size | undefined): void {
  if (!errors.like('messageSize', size, ['toKibibytes'], 'Size.kibibytes(0.25)')) return;
  const kibibytes = size.toKibibytes({ rounding: SizeRoundingBehavior.NONE });
  if (kibibytes >= SMALLEST_MESSAGE_KIBIBYTES && kibibytes <= LARGEST_MESSAGE_KIBIBYTES) return;
  errors.add(`messageSize is ${kibibytes * 1024} bytes, but must be from 1 byte (a topic has one at least) to 256 MiB (MQTT 3.1.1 §2.2.3)`);
}
