import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startPinned } from '../processes.mjs';

// Debian has it in /usr/sbin, which is not on every user's path.
const PATH = `${process.env.PATH}:/usr/sbin:/usr/local/sbin`;

/** The peer that all ratios refer to. */
export const mosquitto = {
  name: 'mosquitto',
  missing: () => (spawnSync('sh', ['-c', 'command -v mosquitto'], { env: { PATH } }).status === 0 ? [] : ['mosquitto (Debian package mosquitto)']),
  describe: () => {
    const text = spawnSync('mosquitto', ['-h'], { encoding: 'utf8', env: { PATH } }).stdout;
    return `mosquitto ${/version (\S+)/.exec(text)?.[1]}, persistence on: saved when it ends, never synced`;
  },
  start({ core, directory, port, log }) {
    const file = join(directory, 'mosquitto.conf');
    writeFileSync(file, configuration(directory, port));
    return startPinned(core, 'mosquitto', ['-c', file], { log, env: { PATH } });
  },
};

const configuration = (directory, port) => `
listener ${port} 127.0.0.1
allow_anonymous true
# Started by root it would become another user, who cannot write here.
user ${execFileSync('id', ['-un'], { encoding: 'utf8' }).trim()}
persistence true
persistence_location ${directory}/
# No limit: nothing may be dropped.
max_queued_messages 0
max_inflight_messages 0
# set_tcp_nodelay stays off, as it is by default: with it, mosquitto needs nearly twice the time for 1:1 at QoS 0.
log_dest stderr
log_type error
log_type warning
`;
