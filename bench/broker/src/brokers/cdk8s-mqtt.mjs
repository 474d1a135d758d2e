import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { companionArguments, companionConfiguration, companionEnvironment, companionMain, companionNode, describeNode, hasImagesNode, howToGetNode } from '../../../shared/companion.mjs';
import { freePort, startPinned } from '../processes.mjs';

/** The broker of this repository. */
export const cdk8sMqtt = {
  name: 'cdk8s-mqtt',
  missing: () => (existsSync(companionMain) ? [] : ['the compiled broker (npm ci in broker-image, which compiles it)']),
  recommended: () => (hasImagesNode() ? [] : [`Node.js 24, which its image has, but with this one (${howToGetNode})`]),
  describe: () => `cdk8s-mqtt on ${describeNode()}, store on: every QoS 1 and 2 message synced before its acknowledgement`,
  async start({ core, directory, port, log, profile, certificate }) {
    const file = join(directory, 'config.yaml');
    const [operations, tlsPort] = [await freePort(), await freePort()];
    writeFileSync(file, companionConfiguration({ directory, port, operations, tls: { port: tlsPort, ...certificate } }));
    const profiling = profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : [];
    const started = startPinned(core, companionNode(), [...profiling, ...companionArguments(file)], { log, env: companionEnvironment });
    return { ...started, tlsPort, metrics: `http://127.0.0.1:${operations}/metrics` };
  },
};
