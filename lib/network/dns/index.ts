export { ExternalDnsPrefix } from './external-dns-prefix';
export { MqttDnsName } from './mqtt-dns-name';
export { MqttDnsNameOptions } from './mqtt-dns-name-options';
