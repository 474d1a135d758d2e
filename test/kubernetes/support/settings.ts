import { readFileSync } from 'fs';
import path from 'path';

/** Top of the repository. */
export const ROOT = path.resolve(__dirname, '..', '..', '..');

/** The image that manifests name when nobody says otherwise. */
export const DEFAULT_IMAGE = `cdk8s-mqtt/broker:${JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')).version}`;

/** The image that the cluster has; README.md, "Your own cluster". */
export const IMAGE = process.env.MQTT_BROKER_IMAGE || DEFAULT_IMAGE;

/** Images that the cluster neither has nor can pull: containers that name them are left out. */
export const MISSING_IMAGES = process.env.MQTT_TEST_MISSING_IMAGES?.split(/\s+/).filter(Boolean) ?? [];

/** How often the faults are repeated that a short run leaves out; 0: a short run. */
export const FAULT_ROUNDS = Number(process.env.FAULT_ROUNDS || 0);

/** The command that cuts a node's power (`<command> stop NODE`) and gives it back (`<command> start NODE`). */
export const NODE_POWER = process.env.MQTT_TEST_NODE_POWER?.split(/\s+/).filter(Boolean);
