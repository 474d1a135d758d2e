import { Severity } from '../finding';
import type { ManifestModel } from '../model/manifest-model';
import type { ManifestObject } from '../model/manifest-object';
import { nameOf } from '../model/manifest-reference';
import type { Rule, Violation } from '../rule';

/** Prefixes of the annotations that ExternalDNS reads, since and before its version 0.22: https://kubernetes-sigs.github.io/external-dns/latest/docs/annotations/annotations/ */
const PREFIXES = ['external-dns.kubernetes.io/', 'external-dns.alpha.kubernetes.io/'];
const KEYS = ['hostname', 'internal-hostname'];

export const dnsRules: readonly Rule[] = [{
  id: 'MQTT-DNS-001',
  severity: Severity.ERROR,
  title: 'A DNS name leads to one place',
  why: 'ExternalDNS makes one record of a name that two objects ask for: it leads to one of them, and which one may change with every restart of ExternalDNS. Devices of one fleet end up at the brokers of another.',
  source: 'https://kubernetes-sigs.github.io/external-dns/latest/docs/annotations/annotations/',
  remedy: 'Give each its own name; or, where a routing policy shall share the name, give each a set-identifier of its own.',
  example: `kind: Service
metadata:
  annotations:
    external-dns.kubernetes.io/hostname: mqtt.example.com`,
  check: (model) => {
    const holders = new Map<string, Holder[]>();
    return model.objects.flatMap((object) => namesOf(object).flatMap((name): Violation[] => {
      const holder = { object, address: addressOf(object), setIdentifier: annotation(object, 'set-identifier') };
      const others = holders.get(name) ?? [];
      holders.set(name, [...others, holder]);
      const other = others.find((candidate) => areInEachOthersWay(candidate, holder));
      return other === undefined || !isAboutBroker(model, object, other.object) ? [] : [{
        object: object.reference,
        found: `the name ${name}, which ${nameOf(other.object.reference)} (${other.object.reference.origin}) has too`,
        breaks: 'The record leads to one of the two.',
      }];
    }));
  },
}];

interface Holder {
  readonly object: ManifestObject;
  /** What the name leads to. */
  readonly address: string;
  readonly setIdentifier?: string;
}

function areInEachOthersWay(one: Holder, other: Holder): boolean {
  const arePolicies = one.setIdentifier !== undefined && other.setIdentifier !== undefined && one.setIdentifier !== other.setIdentifier;
  return one.address !== other.address && !arePolicies;
}

function isAboutBroker(model: ManifestModel, ...objects: ManifestObject[]): boolean {
  return objects.some((object) => model.brokersOf(object.reference).length > 0);
}

/** The names that ExternalDNS makes records of: those in annotations, and the hostnames of a TLSRoute. */
function namesOf(object: ManifestObject): string[] {
  const annotated = KEYS.map((key) => annotation(object, key) ?? '').join(',').split(',');
  const ofRoute = object.is('gateway.networking.k8s.io', 'TLSRoute') ? object.spec.at('hostnames').texts : [];
  return [...new Set([...annotated, ...ofRoute].map((name) => name.trim().toLowerCase()).filter((name) => name !== ''))];
}

function annotation({ annotations }: ManifestObject, key: string): string | undefined {
  return PREFIXES.map((prefix) => annotations[prefix + key]).find((text) => text !== undefined);
}

/** Routes lead to the address of their Gateway; everything else has its own. */
function addressOf({ group, kind, name, namespace, spec }: ManifestObject): string {
  const gateway = group === 'gateway.networking.k8s.io' ? spec.at('parentRefs').items[0] : undefined;
  return JSON.stringify(gateway?.at('name').exists
    ? ['gateway', gateway.at('namespace').text ?? namespace, gateway.at('name').text]
    : [group, kind, namespace, name]);
}
