import { annotation, pattern, text, texts } from './cel';
import { Annotations } from '../../manifest/annotations';
import { DeclaredOfService } from '../model/declared';
import { type ExposureKeys, type HealthCheckKeys, PROVIDER_KEYS, type ProviderKey, type ProviderKeys } from '../model/provider-keys';

/* What model/provider-keys.ts reads of a Service, in CEL. */

const LOAD_BALANCER_CLASS = "object.spec.?loadBalancerClass.orValue('')";
const DECLARED_PROVIDER = annotation(Annotations.LOAD_BALANCER_PROVIDER);
const DECLARED_HEALTH_CHECK = annotation(DeclaredOfService.localHealthCheck.key);

/** The first name of the provider, empty where it is not known. */
const provider = firstOf(
  PROVIDER_KEYS, ({ names }) => `${DECLARED_PROVIDER} in ${texts(names)}`, firstName, firstOf(PROVIDER_KEYS, isFor, firstName),
);

/** `internet`, `internal`, or empty where the Service does not show it. */
const providerExposure = firstOf(PROVIDER_KEYS.filter(({ exposure }) => exposure !== undefined), isProvider, ({ exposure }) => exposureOf(exposure!));

/** As it is declared, or as the provider is told; empty where nobody says it. */
const localHealthCheck = firstOf(
  PROVIDER_KEYS.filter(({ healthCheck }) => healthCheck !== undefined),
  isProvider,
  ({ healthCheck }) => healthCheckOf(healthCheck!),
  DECLARED_HEALTH_CHECK,
);

/** In the order in which they build on each other. */
export const PROVIDER_VARIABLES = { provider, providerExposure, localHealthCheck };

/** The idle timeout of a provider that is told none, as a list that is empty where it is not known. */
export const defaultIdle = firstOf(
  PROVIDER_KEYS.filter(({ idleTimeout }) => idleTimeout !== undefined),
  (keys) => `${isProvider(keys)} && !(${texts(keys.idleTimeout!.keys)}.exists(k, k in variables.annotations))`,
  ({ idleTimeout }) => `[double(${idleTimeout!.seconds})]`,
  '[]',
);

/** Whether the Service is for a provider that is not known to honour its source ranges, and has no key that filters in their place. */
export const sourceRangesInDoubt = PROVIDER_KEYS.filter(({ sourceRanges }) => sourceRanges.support !== 'honoured')
  .map((keys) => [isProvider(keys), ...(keys.sourceRanges.instead ?? []).map((key) => `!(${text(key)} in variables.annotations)`)].join(' && '))
  .map((condition) => `(${condition})`).join(' || ');

function firstOf(all: readonly ProviderKeys[], condition: (keys: ProviderKeys) => string, value: (keys: ProviderKeys) => string, otherwise = "''"): string {
  return all.reduceRight((rest, keys) => `${condition(keys)} ? ${value(keys)} : ${rest}`, otherwise);
}

function firstName({ names }: ProviderKeys): string {
  return text(names[0]);
}

function isProvider({ names }: ProviderKeys): string {
  return `variables.provider == ${text(names[0])}`;
}

function isFor({ classes = [], marks = [], prefixes = [] }: ProviderKeys): string {
  const conditions = [
    ...classes.length > 0 ? [`${LOAD_BALANCER_CLASS} in ${texts(classes)}`] : [],
    ...marks.map(hasKey),
    ...prefixes.length > 0 ? [`variables.annotations.exists(k, ${prefixes.map((prefix) => `k.startsWith(${text(prefix)})`).join(' || ')})`] : [],
  ];
  return `(${conditions.join(' || ')})`;
}

function exposureOf({ byDefault, otherwise, otherwiseClasses = [] }: ExposureKeys): string {
  const conditions = [...otherwise.map(hasKey), ...otherwiseClasses.length > 0 ? [`${LOAD_BALANCER_CLASS} in ${texts(otherwiseClasses)}`] : []];
  const opposite = byDefault === 'internet' ? 'internal' : 'internet';
  return conditions.length === 0 ? text(byDefault) : `(${conditions.join(' || ')} ? ${text(opposite)} : ${text(byDefault)})`;
}

function healthCheckOf(keys: HealthCheckKeys | 'missing'): string {
  if (keys === 'missing') return "'missing'";
  const { all, cloudDecides = false } = keys;
  const isSilent = all.map(({ key }) => `!(${text(key)} in variables.annotations)`).join(' && ');
  const otherwise = cloudDecides ? `${isSilent} && !(${DeclaredOfService.localHealthCheck.cel(DECLARED_HEALTH_CHECK)}) ? '' : 'missing'` : "'missing'";
  return `(${all.map(hasKey).join(' && ')} ? 'configured' : ${otherwise})`;
}

function hasKey({ key, value }: ProviderKey): string {
  return `${annotation(key)}.matches(${pattern(value)})`;
}
