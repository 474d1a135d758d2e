import { readFileSync } from 'fs';
import path from 'path';

/** Top of the repository. */
export const ROOT = path.resolve(__dirname, '..', '..', '..');

/** The image that manifests name when nobody says otherwise. */
export const DEFAULT_IMAGE = `cdk8s-mqtt/broker:${JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')).version}`;

/** The image that the cluster has; README.md, "Your own cluster". */
export const IMAGE = process.env.MQTT_BROKER_IMAGE || DEFAULT_IMAGE;

/** The command that cuts a node's power (`<command> stop NODE`) and gives it back (`<command> start NODE`). */
export const NODE_POWER = process.env.MQTT_TEST_NODE_POWER?.split(/\s+/).filter(Boolean);
