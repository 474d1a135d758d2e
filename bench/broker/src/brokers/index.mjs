import { cdk8sMqtt } from './cdk8s-mqtt.mjs';
import { hivemq } from './hivemq.mjs';
import { mosquitto } from './mosquitto.mjs';

/** The first one is what the others are compared with. */
export const brokers = [mosquitto, cdk8sMqtt, hivemq];
