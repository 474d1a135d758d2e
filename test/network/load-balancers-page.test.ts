import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { providers } from './providers/all';
import {
  IdleTimeoutKind, type LoadBalancerHealthCheck, type LoadBalancerIdleTimeout, type LoadBalancerTraits, LocalHealthCheck, ProxyProtocolSupport, SourceRangesSupport,
} from '../../lib/network/load-balancer-traits';

// The table of docs/load-balancers.md says what the traits say. `UPDATE_DOCS=1 npx jest test/network/load-balancers-page.test.ts` rewrites it.

const PAGE = join(__dirname, '../../docs/load-balancers.md');
const BETWEEN = /(<!-- providers -->\n)([^]*)(<!-- \/providers -->)/;

const LOCAL: { [key in LocalHealthCheck]: string } = {
  [LocalHealthCheck.AUTOMATIC]: 'yes',
  [LocalHealthCheck.CONFIGURED]: 'yes, configured',
  [LocalHealthCheck.MISSING]: 'no',
  [LocalHealthCheck.NOT_NEEDED]: 'not needed',
};

const PROXY_PROTOCOL: { [key in ProxyProtocolSupport]: string } = {
  [ProxyProtocolSupport.NONE]: '–',
  [ProxyProtocolSupport.V1]: 'v1',
  [ProxyProtocolSupport.V2]: 'v2',
  [ProxyProtocolSupport.V1_OR_V2]: 'v1, v2',
  [ProxyProtocolSupport.UNDOCUMENTED_VERSION]: 'yes, version not documented',
};

const SOURCE_RANGES: { [key in SourceRangesSupport]: string } = {
  [SourceRangesSupport.HONOURED]: 'yes',
  [SourceRangesSupport.TRANSLATED]: 'yes, by an annotation',
  [SourceRangesSupport.IGNORED]: 'no: refused',
  [SourceRangesSupport.UNCONFIRMED]: 'not confirmed',
};

function healthCheck(check: LoadBalancerHealthCheck | undefined): string {
  return check === undefined ? '–' : `${check.interval.toSeconds()} s × ${check.unhealthyThreshold}`;
}

function idle({ kind, defaultValue }: LoadBalancerIdleTimeout): string {
  return kind === IdleTimeoutKind.KNOWN ? `${defaultValue!.toSeconds()} s` : kind;
}

function settable({ settable: isSettable, min, max }: LoadBalancerIdleTimeout): string {
  if (!isSettable) return '–';
  return min && max ? `${min.toSeconds()} to ${max.toSeconds()} s` : 'yes, bounds not documented';
}

function row(factory: string, traits: LoadBalancerTraits): string {
  const { title, kind, idleTimeout, proxyProtocol, localHealthCheck, localPreferred, source } = traits;
  const name = source.startsWith('https:') ? `[${title}](${source})` : title;
  const cells = [
    `\`${factory}\``, name, kind, idle(idleTimeout), settable(idleTimeout), PROXY_PROTOCOL[proxyProtocol], SOURCE_RANGES[traits.sourceRanges.support],
    healthCheck(traits.healthCheck), LOCAL[localHealthCheck], localPreferred ? 'Local' : 'Cluster',
  ];
  return `| ${cells.join(' | ')} |`;
}

/** `custom` is what its options say. */
const known = providers.filter(([factory]) => factory !== 'custom');

function table(): string {
  return [
    '| `LoadBalancerProvider.` | load balancer | class | idle timeout of its own | can be set | PROXY protocol | source ranges | health check | knows nodes without a pod | default policy, one pod per node |',
    '|---|---|---|---|---|---|---|---|---|---|',
    ...known.map(([factory, { traits }]) => row(factory, traits)),
    '',
    'Where these idle timeouts are written, and how sure they are:',
    '',
    ...known.map(([factory, { traits }]) => `- \`${factory}\`: ${traits.idleTimeout.source}`),
    '',
    'Where it is written what becomes of source ranges:',
    '',
    ...known.map(([factory, { traits }]) => `- \`${factory}\`: ${traits.sourceRanges.source}`),
    '',
    'Where the health checks are written:',
    '',
    ...known.flatMap(([factory, { traits }]) => traits.healthCheck ? [`- \`${factory}\`: ${traits.healthCheck.source}`] : []),
    '',
  ].join('\n');
}

test('the table of providers is up to date', () => {
  const page = readFileSync(PAGE, 'utf8');
  if (process.env.UPDATE_DOCS) writeFileSync(PAGE, page.replace(BETWEEN, (_all, before, _old, after) => before + table() + after));
  expect(BETWEEN.exec(readFileSync(PAGE, 'utf8'))?.[2]).toBe(table());
});
