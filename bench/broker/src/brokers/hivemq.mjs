import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cache, repository } from '../../../shared/paths.mjs';
import { startPinned } from '../processes.mjs';

const source = join(repository, 'bench', 'broker', 'hivemq');
const home = join(cache, 'hivemq');
const jars = join(home, 'lib');
const has = (command) => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;
const artifact = () => (existsSync(jars) ? readdirSync(jars).find((file) => file.startsWith('hivemq-community-edition-embedded-')) : undefined);

/** Optional: not every machine has Java. */
export const hivemq = {
  name: 'hivemq',
  optional: true,
  missing: () => [
    ...(has('javac') ? [] : ['a Java development kit, 11 or newer (Debian package default-jdk-headless)']),
    ...(artifact() === undefined ? [`HiveMQ CE from Maven Central (mvn -f ${join(source, 'pom.xml')} dependency:copy-dependencies -DoutputDirectory=${jars}; Debian package maven)`] : []),
  ],
  describe: () => `HiveMQ CE ${/-([\d.]+)\.jar/.exec(artifact())[1]}, file persistence: not synced for each acknowledgement`,
  /** Seconds of load before the first measurement: the virtual machine compiles what is used often. */
  warmupSeconds: 20,
  start({ core, directory, port, log }) {
    const classes = join(home, 'classes');
    execFileSync('javac', ['-cp', join(jars, '*'), '-d', classes, join(source, 'Launcher.java')]);
    for (const folder of ['conf', 'data', 'extensions']) mkdirSync(join(directory, folder), { recursive: true });
    writeFileSync(join(directory, 'conf', 'config.xml'), configuration(port));
    return startPinned(core, 'java', ['-Xmx2g', '-cp', `${classes}:${join(jars, '*')}`, 'Launcher', directory], { log });
  },
};

const configuration = (port) => `<?xml version="1.0"?>
<hivemq>
  <listeners><tcp-listener><port>${port}</port><bind-address>127.0.0.1</bind-address></tcp-listener></listeners>
  <persistence><mode>file</mode></persistence>
  <mqtt><queued-messages><max-queue-size>2000000</max-queue-size></queued-messages></mqtt>
  <anonymous-usage-statistics><enabled>false</enabled></anonymous-usage-statistics>
</hivemq>
`;
