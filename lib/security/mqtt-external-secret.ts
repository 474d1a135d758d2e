import { type ApiObject, Duration } from 'cdk8s';
import { type ISecret, Secret } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { goDuration } from './go-duration';
import { ArgumentErrors, show } from '../manifest/arguments';
import { Labels, PART_OF } from '../manifest/labels';
import { renderManifest } from '../manifest/render-manifest';
import { credentialForm } from '../manifest/secret-text';

/** The store that a secret is read from: Vault, a cloud's secret manager, and others. See https://external-secrets.io/latest/provider/aws-secrets-manager/ */
export interface MqttSecretStoreReference {
  /** Name of the SecretStore or ClusterSecretStore. */
  readonly name: string;

  /**
   * Whether the store serves all namespaces (ClusterSecretStore).
   * @default false
   */
  readonly clusterWide?: boolean;
}

/** One key of the Secret, and where its value comes from. */
export interface MqttExternalSecretEntry {
  /** Key of the Secret, for example `passwords`, `acl.yaml`, `tls.crt`. */
  readonly secretKey: string;

  /** Name or path of the entry in the store, for example `mqtt/plant`. */
  readonly remoteKey: string;

  /**
   * Property of the store's entry, where that has several.
   * @default - the whole entry
   */
  readonly property?: string;

  /**
   * Version of the store's entry.
   * @default - the newest
   */
  readonly version?: string;
}

/** Properties of an external secret. */
export interface MqttExternalSecretProps {
  /** Where the values are kept. */
  readonly store: MqttSecretStoreReference;

  /** Keys of the Secret. */
  readonly entries: MqttExternalSecretEntry[];

  /**
   * Name of the ExternalSecret and of the Secret that it makes.
   * @default - the chart generates it from the construct path
   */
  readonly name?: string;

  /**
   * How often the store is read again, in whole seconds. The broker takes up a change by itself, without a restart.
   * @default Duration.hours(1)
   */
  readonly refreshInterval?: Duration;
}

/**
 * A Secret that the External Secrets Operator fills from Vault or any other store (external-secrets.io/v1): passwords, access rules and certificates that stand in no
 * manifest.
 */
export class MqttExternalSecret extends Construct {
  /** The Secret, for `MqttAuthentication.passwordFile`, `MqttTls.fromSecret` and everything else that takes a reference. */
  public readonly secret: ISecret;

  /** The ExternalSecret. Its overrides work on the final manifest. */
  public readonly externalSecret: ApiObject;

  /** @throws one error with everything in the props that cannot work. */
  constructor(scope: Construct, id: string, props: MqttExternalSecretProps) {
    super(scope, id);
    checkArguments(this, props);
    const { store, entries, refreshInterval = Duration.hours(1) } = props;
    this.externalSecret = renderManifest(this, 'Resource', {
      gvk: { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret' },
      name: props.name,
      labels: { [Labels.PART_OF]: PART_OF },
      fields: {
        spec: () => ({
          secretStoreRef: { name: store.name, kind: store.clusterWide ? 'ClusterSecretStore' : 'SecretStore' },
          refreshInterval: goDuration(refreshInterval),
          target: { name: this.externalSecret.name },
          data: entries.map(({ secretKey, remoteKey, property, version }) => ({
            secretKey,
            remoteRef: { key: remoteKey, ...(property === undefined ? {} : { property }), ...(version === undefined ? {} : { version }) },
          })),
        }),
      },
    });
    this.secret = Secret.fromSecretName(this, 'Secret', this.externalSecret.name);
  }
}

function checkArguments(scope: Construct, props: MqttExternalSecretProps): void {
  const errors = new ArgumentErrors(scope, 'MqttExternalSecret');
  const { store, entries, name, refreshInterval } = props ?? {};
  errors.insideChart();
  if (errors.like('store', store ?? null, ['name'], "{ name: 'vault' }")) {
    errors.reference('store name', store.name, 'SecretStore', "{ name: 'vault' }");
    errors.boolean('store clusterWide', store.clusterWide);
  }
  errors.dnsLabel('name', name);
  errors.duration('refreshInterval', refreshInterval, { min: Duration.seconds(1) }, 'the operator reads the store that often');
  if (errors.filledArray('entries', entries ?? null, "a Secret without keys is of no use; write for example { secretKey: 'passwords', remoteKey: 'mqtt/plant' }")) {
    const keys = new Set<string>();
    entries.forEach((entry, index) => checkEntry(errors, `entries[${index}]`, entry, keys));
  }
  errors.throwIfAny();
}

function checkEntry(errors: ArgumentErrors, at: string, entry: MqttExternalSecretEntry, keys: Set<string>): void {
  if (typeof entry !== 'object' || entry === null) {
    errors.add(`${at} is ${show(entry)}, but must be an entry: { secretKey: 'passwords', remoteKey: 'mqtt/plant' }`);
    return;
  }
  const { secretKey, remoteKey, property, version } = entry;
  errors.dataKey(`${at} secretKey`, secretKey ?? null);
  if (keys.has(secretKey)) errors.add(`${at} secretKey '${secretKey}' is taken already: each key of a Secret has one value`);
  keys.add(secretKey);
  checkStoreName(errors, `${at} remoteKey`, remoteKey ?? null);
  checkStoreName(errors, `${at} property`, property);
  checkStoreName(errors, `${at} version`, version);
}

/** Stores have names of their own making; what is refused here is the secret itself in the place of its name. */
function checkStoreName(errors: ArgumentErrors, name: string, value: unknown): void {
  if (value === undefined) return;
  if (typeof value !== 'string' || value === '') {
    errors.add(`${name} is ${show(value)}, but must be text, as the store names it`);
  } else if (credentialForm(value) !== undefined || value.includes('\n')) {
    errors.add(`${name} holds what looks like the secret itself (not shown here), but must be its name in the store`);
  }
}
