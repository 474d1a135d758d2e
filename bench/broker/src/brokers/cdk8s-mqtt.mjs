import { existsSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { cache, repository } from '../../../shared/paths.mjs';
import { freePort, startPinned } from '../processes.mjs';

const main = join(repository, 'broker-image', 'build', 'main.js');
/** Of the npm package that has Node.js itself, as the image has it. */
const node24 = join(cache, 'node', 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
const node = () => (existsSync(node24) ? node24 : process.execPath);

/** The broker of this repository, as its image starts it. */
export const cdk8sMqtt = {
  name: 'cdk8s-mqtt',
  missing: () => (existsSync(main) ? [] : ['the compiled broker (npm ci in broker-image, which compiles it)']),
  recommended: () => (existsSync(node24) ? [] : [`Node.js 24, which its image has, but with this one (npm install --prefix ${join(cache, 'node')} node-${process.platform}-${process.arch}@24)`]),
  describe: () => `cdk8s-mqtt on Node.js ${execFileSync(node(), ['--version'], { encoding: 'utf8' }).trim().slice(1)}, store on: every QoS 1 and 2 message synced before its acknowledgement`,
  async start({ core, directory, port, log, profile }) {
    const file = join(directory, 'config.yaml');
    writeFileSync(file, configuration(directory, port, await freePort()));
    const profiling = profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : [];
    // The options of ENTRYPOINT in broker-image/Dockerfile.
    return startPinned(core, node(), [...profiling, '--max-semi-space-size=64', main, '--config', file], { log, env: { NODE_ENV: 'production' } });
  },
};

const configuration = (directory, port, operations) => `
listeners:
  - {name: mqtt, protocol: tcp, address: 127.0.0.1, port: ${port}}
authentication:
  anonymous: true
session:
  # Nothing may be dropped.
  maxQueuedMessages: 10000000
  maxQueuedBytes: 10737418240
store:
  directory: ${join(directory, 'store')}
operations:
  address: 127.0.0.1
  port: ${operations}
shutdown:
  delaySeconds: 0
  connectionsPerSecond: 1000000
`;
