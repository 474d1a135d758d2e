import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cache, repository } from './paths.mjs';

/** The broker of this repository, as its image starts it. */
export const companionMain = join(repository, 'broker-image', 'build', 'main.js');

/** Of the npm package that has Node.js itself, as the image has it. */
const node24 = join(cache, 'node', 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
export const hasImagesNode = () => existsSync(node24);
export const companionNode = () => (hasImagesNode() ? node24 : process.execPath);
export const describeNode = () => `Node.js ${execFileSync(companionNode(), ['--version'], { encoding: 'utf8' }).trim().slice(1)}`;
export const howToGetNode = `npm install --prefix ${join(cache, 'node')} node-${process.platform}-${process.arch}@24`;

/** Arguments of Node.js: the options of ENTRYPOINT in broker-image/Dockerfile. */
export const companionArguments = (file) => ['--max-semi-space-size=64', companionMain, '--config', file];
export const companionEnvironment = { NODE_ENV: 'production' };

/** Its configuration, of a broker that keeps everything it is given; `rest` is YAML that follows. */
export const companionConfiguration = ({ directory, port, operations, tls }, rest = '') => `
listeners:
  - {name: mqtt, protocol: tcp, address: 127.0.0.1, port: ${port}}${tls === undefined ? '' : `
  - {name: mqtts, protocol: tls, address: 127.0.0.1, port: ${tls.port}, tls: {certificateFile: ${tls.certificate}, privateKeyFile: ${tls.key}}}`}
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
${rest}`;
