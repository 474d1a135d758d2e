import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration } from 'cdk8s';
import { balancer, brokers, UNPROBED } from './fixtures';
import { keepaliveReport } from '../../../lib/network/keepalive';
import { LoadBalancerProvider } from '../../../lib/network/load-balancer-provider';

// The example of docs/keepalive.md is what the report prints. `UPDATE_DOCS=1 npx jest test/network/keepalive/keepalive-page.test.ts` rewrites it.

const PAGE = join(__dirname, '../../../docs/keepalive.md');
const BETWEEN = /(<!-- example -->\n)([^]*)(<!-- \/example -->)/;

test('the example is up to date', () => {
  const cluster = brokers(400, UNPROBED);
  balancer(cluster, LoadBalancerProvider.awsNlb({ idleTimeout: Duration.seconds(6000) }));
  // Headings of the report are one level below those of the page.
  const report = `${keepaliveReport(cluster.workload).toString().replace(/^#/gm, '###')}\n`;

  const page = readFileSync(PAGE, 'utf8');
  if (process.env.UPDATE_DOCS) writeFileSync(PAGE, page.replace(BETWEEN, (_all, before, _old, after) => before + report + after));
  expect(BETWEEN.exec(readFileSync(PAGE, 'utf8'))?.[2]).toBe(report);
});
