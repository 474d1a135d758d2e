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

/** Another image of the broker that the cluster has or can pull: an upgrade goes from IMAGE to this one. */
export const NEXT_IMAGE = process.env.MQTT_BROKER_NEXT_IMAGE;

/** Another image of NATS that the cluster has or can pull: an upgrade goes from the one that the manifests name to this one. */
export const NEXT_LOG_IMAGE = process.env.MQTT_LOG_NEXT_IMAGE;

/** How often each fault is repeated; 0: a short run, which leaves most of them out. */
export const FAULT_ROUNDS = Number(process.env.FAULT_ROUNDS || 0);

/** Names of the faults to repeat; none: all of them. */
export const FAULTS = process.env.FAULTS?.split(/[\s,]+/).filter(Boolean) ?? [];

/** File for the table of the faults. */
export const FAULT_TABLE = process.env.FAULT_TABLE;

/** The command that cuts a node's power (`<command> stop NODE`) and gives it back (`<command> start NODE`). */
export const NODE_POWER = process.env.MQTT_TEST_NODE_POWER?.split(/\s+/).filter(Boolean);
