import { CONFIGURATION_VARIABLE } from './broker-configuration';
import { Container } from './container';
import type { ManifestObject } from './manifest-object';
import { Annotations } from '../../manifest/annotations';

/** That an object is the workload of a broker, and why. */
export interface BrokerEvidence {
  /** Which broker, for example `companion`. */
  readonly broker: string;
  /** What shows it where no annotation says so, for messages. @default - the annotation says so */
  readonly recognisedBy?: string;
  /** Index of the broker's container. @default - the first, by the same convention as `kubectl logs` */
  readonly container?: number;
}

/** Decides which objects are brokers; `undefined` for all others. */
export type FindBroker = (object: ManifestObject) => BrokerEvidence | undefined;

/** The workloads that declare a broker: all that an app's own rules look at. */
export const declaredBroker: FindBroker = (object) => {
  const broker = isWorkload(object) ? object.annotations[Annotations.BROKER] : undefined;
  return broker === undefined ? undefined : { broker };
};

/** Brokers in manifests of other origin too: charts of other projects, YAML written by hand. */
export const anyBroker: FindBroker = (object) => declaredBroker(object) ?? recognisedBroker(object);

/** The companion broker, whose last part would fit many others. */
const COMPANION_IMAGE = /(^|\/)cdk8s-mqtt\/broker([:@]|$)/;
/** Last part of an image's name, with the broker in it. */
const IMAGES: Record<string, string> = {
  'emqx': 'emqx',
  'emqx-ee': 'emqx',
  'emqx-enterprise': 'emqx',
  'hivemq4': 'hivemq',
  'hivemq-ce': 'hivemq-ce',
  'hivemq-edge': 'hivemq-edge',
  'eclipse-mosquitto': 'mosquitto',
  'mosquitto': 'mosquitto',
  'nanomq': 'nanomq',
  'vernemq': 'vernemq',
};
/** https://www.iana.org/assignments/service-names-port-numbers: `mqtt` and `secure-mqtt` */
const MQTT_PORTS = [1883, 8883];
/** They listen on MQTT ports in front of a broker, without being one. */
const PROXIES = ['caddy', 'envoy', 'haproxy', 'haproxy-alpine', 'nginx', 'nginx-unprivileged', 'socat', 'traefik'];
/** The image of Mosquitto is also run for the clients in it. */
const CLIENT = /(^|\/)mosquitto_\w+$/;
/** Long-running workloads: the pods of a Job are no brokers, whatever their image. */
const KINDS = ['DaemonSet', 'Deployment', 'StatefulSet'];

/** By the name of an image that is known, or else by a container port that is registered for MQTT. */
function recognisedBroker(object: ManifestObject): BrokerEvidence | undefined {
  if (object.group !== 'apps' || !KINDS.includes(object.kind)) return undefined;
  const containers = object.spec.at('template', 'spec', 'containers').items.map((fields) => new Container(fields));
  const evidence = containers.map((container, index) => ({ ...seenIn(container), container: index }));
  const found = evidence.find(({ byImage }) => byImage) ?? evidence.find(({ broker }) => broker !== undefined);
  return found?.broker === undefined ? undefined : { broker: found.broker, recognisedBy: found.recognisedBy, container: found.container };
}

function seenIn(container: Container): { broker?: string; byImage?: boolean; recognisedBy?: string } {
  const image = container.fields.at('image').text ?? '';
  const name = imageName(image);
  if (isClient(container) || PROXIES.includes(name)) return {};
  const byImage = COMPANION_IMAGE.test(image) ? 'companion' : Object.hasOwn(IMAGES, name) ? IMAGES[name] : undefined;
  if (byImage !== undefined) return { broker: byImage, byImage: true, recognisedBy: `the image '${image}' of ${container.path}` };
  if (container.fields.at('env').items.some((variable) => variable.at('name').text === CONFIGURATION_VARIABLE)) {
    return { broker: 'companion', recognisedBy: `the variable ${CONFIGURATION_VARIABLE} of ${container.path}` };
  }
  const port = container.ports.find((candidate) => candidate.protocol === 'TCP' && MQTT_PORTS.includes(candidate.port));
  return port === undefined ? {} : { broker: name || container.name, recognisedBy: `port ${port.port} of ${container.path}` };
}

function isClient({ fields }: Container): boolean {
  return [...fields.at('command').texts, ...fields.at('args').texts].flatMap((text) => text.split(/[\s;&|]+/)).some((word) => CLIENT.test(word));
}

/** `emqx` for `registry.example.com:5000/emqx/emqx:5.8.0@sha256:…` */
function imageName(image: string): string {
  return image.replace(/@.*$/, '').replace(/^.*\//, '').replace(/:.*$/, '');
}

function isWorkload(object: ManifestObject): boolean {
  return object.spec.at('template', 'spec').isMap;
}
