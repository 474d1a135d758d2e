import { Duration } from 'cdk8s';
import { checkFile } from './check-file';
import { type MqttAuthentication, type MqttBackoffOptions, MqttCertificateUser } from './mqtt-authentication';
import type { MqttAuthorization } from './mqtt-authorization';
import { MqttJwtAlgorithm, type MqttJwtKeys, type MqttJwtOptions } from './mqtt-jwt';
import { type ArgumentErrors, show } from '../manifest/arguments';

const DAY = Duration.days(1);
const KEYS_EXAMPLE = "MqttJwtKeys.fromUrl('https://login.example.com/.well-known/jwks.json')";

/** What cannot work about the ways in which clients say who they are, and about the references that they need. */
export function checkAuthentication(
  errors: ArgumentErrors, authentication: MqttAuthentication | undefined, authorization: MqttAuthorization | undefined,
): void {
  if (errors.like('authentication', authentication, ['allowsAnonymous', '_methods'], 'MqttAuthentication.passwordFile(secret)')) checkMethods(errors, authentication._methods);
  if (errors.like('authorization', authorization, ['key'], 'MqttAuthorization.aclFromConfigMap(configMap)') && authorization.key !== undefined) {
    const example = "MqttAuthorization.aclFromConfigMap(ConfigMap.fromConfigMapName(this, 'Rules', 'broker-rules'))";
    errors.reference('authorization', authorization.secretName ?? authorization.configMapName, 'Secret or ConfigMap', example);
    errors.dataKey('authorization key', authorization.key);
  }
}

function checkMethods(errors: ArgumentErrors, { secretName, secretKey, backoff, jwt, certificateUser, problems = [] }: MqttAuthentication['_methods']): void {
  problems.forEach((problem) => errors.add(`authentication anyOf ${problem}`));
  if (secretKey !== undefined) {
    errors.reference('authentication secret', secretName, 'Secret', "MqttAuthentication.passwordFile(Secret.fromSecretName(this, 'Passwords', 'broker-passwords'))");
    errors.dataKey('authentication key', secretKey);
  }
  if (errors.like('authentication backoff', backoff, [], '{ failures: 10 }')) checkBackoff(errors, 'authentication backoff', backoff);
  if (jwt) {
    if (errors.like('authentication jwt keys', jwt.keys ?? (null as unknown as MqttJwtKeys), ['url', 'file'], KEYS_EXAMPLE)) checkKeys(errors, 'authentication jwt', jwt.keys);
    checkJwt(errors, 'authentication jwt', jwt.options, jwt.keys?.file !== undefined);
  }
  errors.member('authentication clientCertificate', certificateUser, MqttCertificateUser);
}

function checkBackoff(errors: ArgumentErrors, at: string, { failures, window, firstRefusal, longestRefusal }: MqttBackoffOptions): void {
  errors.wholeNumber(`${at} failures`, failures, { min: 0, max: 1_000_000 }, '0 turns the back-off off');
  const bounds = { min: Duration.seconds(1), max: DAY };
  for (const [name, duration] of Object.entries({ window, firstRefusal, longestRefusal })) errors.duration(`${at} ${name}`, duration, bounds, 'the broker counts it in seconds');
  const first = secondsOf(firstRefusal) ?? 60;
  const longest = secondsOf(longestRefusal) ?? 600;
  if (first > longest) errors.add(`${at} firstRefusal is ${first} s, above longestRefusal, which is ${longest} s${longestRefusal === undefined ? ' unless it is set' : ''}`);
}

/** Undefined for what is no Duration, which is reported elsewhere. */
function secondsOf(duration: Duration | undefined): number | undefined {
  return typeof duration?.toMilliseconds === 'function' ? duration.toMilliseconds() / 1000 : undefined;
}

function checkKeys(errors: ArgumentErrors, at: string, { url, file, _options: options }: MqttJwtKeys): void {
  if (file !== undefined || url === undefined) {
    checkFile(errors, `${at} keys file`, file ?? (null as unknown as undefined), 'jwks.json');
    return;
  }
  const problem = urlProblem(url);
  if (problem) errors.add(`${at} keys url is ${problem}`);
  checkFile(errors, `${at} keys certificateAuthority`, options.certificateAuthority, 'ca.crt');
  errors.duration(`${at} keys refreshInterval`, options.refreshInterval, { min: Duration.seconds(10), max: DAY }, 'the broker counts it in seconds');
}

function urlProblem(url: unknown): string | undefined {
  const parsed = typeof url === 'string' && URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.username || parsed?.password) return 'a URL with credentials (not shown here), which everybody who reads the manifest would know: keys are public, publish them without';
  const isLoopback = parsed !== undefined && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(parsed.hostname);
  if (parsed?.protocol === 'https:' || (parsed?.protocol === 'http:' && isLoopback)) return undefined;
  const why = parsed?.protocol === 'http:' ? ': whoever changes the keys on the way could make tokens; plain http is for a loopback address alone' : '';
  return `${show(url)}, but must be an https URL, for example 'https://login.example.com/.well-known/jwks.json'${why}`;
}

function checkJwt(errors: ArgumentErrors, at: string, options: MqttJwtOptions, hasFile: boolean): void {
  if (!errors.like(at, options ?? (null as unknown as MqttJwtOptions), [], "{ audience: 'mqtt' }")) return;
  for (const name of ['issuer', 'audience', 'usernameClaim', 'aclClaim'] as const) {
    const text: unknown = options[name];
    if (text !== undefined && (typeof text !== 'string' || text.trim() === '')) errors.add(`${at} ${name} is ${show(text)}, but must be text that is not empty`);
  }
  errors.boolean(`${at} disconnectOnExpiry`, options.disconnectOnExpiry);
  errors.duration(`${at} clockTolerance`, options.clockTolerance, { min: Duration.seconds(0), max: Duration.minutes(10) }, 'the broker counts it in seconds');
  if (!errors.filledArray(`${at} algorithms`, options.algorithms, 'no token would be accepted; leave it out to accept all but the HS ones')) return;
  options.algorithms!.forEach((algorithm, index) => errors.member(`${at} algorithms[${index}]`, algorithm ?? null, MqttJwtAlgorithm));
  const shared = options.algorithms!.filter((algorithm) => typeof algorithm === 'string' && algorithm.startsWith('HS'));
  if (shared.length > 0 && !hasFile) {
    errors.add(`${at} algorithms has ${shared.join(', ')}, whose key is shared with the issuer and cannot be published: write MqttJwtKeys.fromFile(MqttFile.fromSecret(secret, 'jwks.json')), or leave them out`);
  }
}
