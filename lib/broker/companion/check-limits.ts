import { Duration, Size, SizeRoundingBehavior } from 'cdk8s';
import { DEFAULT_MAX_PACKET_SIZE } from './companion-defaults';
import type { MqttCompanionOptions } from './companion-options';
import { type ArgumentErrors, isSize, show } from '../../manifest/arguments';
import { checkFile } from '../../security/check-file';

/** What cannot work about the limits and the administration server: the bounds are those of broker-image/config.schema.json. */
export function checkLimits(errors: ArgumentErrors, options: MqttCompanionOptions): void {
  errors.wholeNumber('broker maxConnections', options.maxConnections, { min: 1 }, 'a broker that accepts nobody is none');
  errors.wholeNumber('broker maxConnectionsPerAddress', options.maxConnectionsPerAddress, { min: 1 }, 'nobody could connect');
  errors.wholeNumber('broker maxConnectionsPerUser', options.maxConnectionsPerUser, { min: 1 }, 'nobody could connect');
  errors.wholeNumber('broker messagesPerSecond', options.messagesPerSecond, { min: 1 }, 'nobody could publish');
  errors.size('broker sizePerSecond', options.sizePerSecond, { min: Size.kibibytes(1) }, 'nobody could publish');
  errors.wholeNumber('broker maxInFlight', options.maxInFlight, { min: 1, max: 65_535 }, 'packets are told apart by two bytes (MQTT 3.1.1 §2.3.1)');
  errors.duration('broker slowConsumerTimeout', options.slowConsumerTimeout, { min: Duration.seconds(1), max: Duration.days(1) }, 'the broker takes no other time');
  checkOutboundSize(errors, options);
  errors.size('broker maxBufferedSize', options.maxBufferedSize, { min: Size.kibibytes(1) }, 'no message would fit');
  errors.size('broker maxRetainedSize', options.maxRetainedSize, { min: Size.kibibytes(64) }, 'hardly a message would be retained');
  errors.wholeNumber('broker maxTopicLevels', options.maxTopicLevels, { min: 1, max: 100 }, 'the broker takes no other number');
  errors.wholeNumber('broker maxSubscriptionsPerClient', options.maxSubscriptionsPerClient, { min: 1 }, 'nobody could subscribe');
  errors.duration('broker connectTimeout', options.connectTimeout, { min: Duration.seconds(1), max: Duration.minutes(5) }, 'the broker counts it in seconds');
  checkAdmin(errors, options.admin);
}

/** The largest packet to a client that is a little behind would disconnect it. */
function checkOutboundSize(errors: ArgumentErrors, { maxOutboundSize, maxPacketSize }: MqttCompanionOptions): void {
  const packet = isSize(maxPacketSize) ? maxPacketSize : DEFAULT_MAX_PACKET_SIZE;
  const least = Size.kibibytes(packet.toKibibytes({ rounding: SizeRoundingBehavior.FLOOR }) * 2);
  errors.size('broker maxOutboundSize', maxOutboundSize, { min: least }, 'with less than twice maxPacketSize, a large message would disconnect a client that is a little behind');
}

function checkAdmin(errors: ArgumentErrors, admin: MqttCompanionOptions['admin']): void {
  if (!errors.like('broker admin', admin, ['token'], "{ token: MqttFile.fromSecret(Secret.fromSecretName(this, 'Admin', 'broker-admin'), 'token') }")) return;
  errors.wholeNumber('broker admin port', admin.port, { min: 1, max: 65_535 }, 'there are no other TCP ports');
  if (!checkFile(errors, 'broker admin token', admin.token, 'token') || admin.token.configMapName === undefined) return;
  errors.add(`broker admin token is in the ConfigMap ${show(admin.token.configMapName)}, which many can read who may not disconnect clients: write MqttFile.fromSecret(secret, 'token')`);
}
