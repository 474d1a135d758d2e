import { join } from 'path';
import { siteIn } from '../../lib/rules/creation-site';

const LIBRARY = join(__dirname, '..', '..', 'lib');
const ownFrame = `    at new MqttCluster (${LIBRARY}/cluster/mqtt-cluster.ts:10:5)`;

describe('the line that makes a construct', () => {
  test.each([
    ['a function', '    at main (/home/me/app/main.ts:12:34)', { file: '/home/me/app/main.ts', line: 12 }],
    ['the top of a file', '    at /home/me/app/main.ts:7:1', { file: '/home/me/app/main.ts', line: 7 }],
    ['an ES module', '    at file:///home/me/my%20app/main.mjs:3:1', { file: '/home/me/my app/main.mjs', line: 3 }],
    ['a constructor', '    at new BrokerChart (C:\\app\\main.ts:4:5)', { file: 'C:\\app\\main.ts', line: 4 }],
  ])('is found in %s, past the library, packages and Node', (_, frame, site) => {
    const stack = ['Error', ownFrame, '    at new Chart (/home/me/app/node_modules/cdk8s/lib/chart.js:1:1)', '    at node:internal/main:1:1', frame, '    at x (/other.ts:1:1)'].join('\n');
    expect(siteIn(stack)).toEqual(site);
  });

  test('is not found where no user code is on the stack, as under jsii', () => {
    expect(siteIn(['Error', ownFrame, '    at Kernel.create (/tmp/x/node_modules/@jsii/kernel/lib/kernel.js:1:1)', '    at <anonymous>'].join('\n'))).toBeUndefined();
  });
});
