import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { fixed, number, table } from '../../shared/table.mjs';
import { cpuSecondsOf } from './nats.mjs';

const program = fileURLToPath(new URL('live-process.mjs', import.meta.url));
const kinds = { plain: 'plain NATS, a message each', traffic: 'between brokers, QoS 0', acknowledged: 'between brokers, QoS 1' };

/** Two processes, each connected to a server of its own, as two pods on two nodes would be. */
export async function live({ nats, seconds }) {
  const rows = [];
  for (const [kind, name] of Object.entries(kinds)) {
    const receiver = fork(program, ['receiver', kind, nats.servers[0], String(seconds)]);
    await once(receiver, 'message');
    const sender = fork(program, ['sender', kind, nats.servers[1], String(seconds)]);
    await once(sender, 'message');
    const before = [nats.cpuSeconds(), cpuSecondsOf(receiver.pid), cpuSecondsOf(sender.pid)];
    sender.send('go');
    const [sent] = await once(sender, 'message');
    const after = [nats.cpuSeconds(), cpuSecondsOf(receiver.pid), cpuSecondsOf(sender.pid)];
    receiver.send('report');
    const [received] = await once(receiver, 'message');
    sender.send('end');
    receiver.send('end');
    await Promise.all([once(sender, 'exit'), once(receiver, 'exit')]);
    const perMessage = after.map((value, index) => fixed(((value - before[index]) / received.count) * 1e6, 2));
    rows.push([name, number(received.count / sent.seconds), number(sent.count - received.count), ...perMessage]);
  }
  return table(['64 bytes a message', 'received/s', 'not received', 'CPU of NATS, µs a message', 'of the receiver', 'of the sender'], rows);
}
