// Run as a process: writes into the store in the folder that is its argument, says which message is durable, and goes on until it is killed.
import { createInterface } from 'node:readline';
import { Message, Store } from '../../src/store/index.js';

const connection = { broker: '', incarnation: 1, number: 1 };
const say = (line: string) => process.stdout.write(`${line}\n`);
const store = await Store.open({
  directory: process.argv[2]!,
  maxBytes: 1e9,
  observer: { storeCommitted() {}, storeFailed: (error) => say(`failed ${error.message}`), storeRecovered: () => say('recovered') },
});
if (store.session('s') === undefined) {
  store.apply({ kind: 'open', time: 1, clientId: 's', connection, clean: false, limits: { expirySeconds: 0, maxQueuedMessages: 1e9, maxQueuedBytes: 1e12 } });
  store.apply({ kind: 'subscribe', time: 1, clientId: 's', connection, subscriptions: [{ filter: '#', qos: 1 }] });
  await store.durable();
}
say('open');

let next = store.session('s')!.nextSequence;
let running = process.argv[3] === 'stream';
const size = Number(process.argv[4] ?? 100);

function publish(): void {
  const sequence = next;
  try {
    store.apply({ kind: 'publish', time: 1, message: Message.create('x', Buffer.alloc(size, `${sequence} `), 1, false) });
    next++;
  } catch (error) {
    say(`refused ${(error as Error).message}`);
    running = false;
    return;
  }
  store.afterCommit({ committed: () => say(`durable ${sequence}`), failed: (error) => say(`not durable ${sequence} ${error.message}`) });
}

async function stream(): Promise<void> {
  while (running) {
    for (let i = 0; i < 20 && running; i++) publish();
    await store.durable().catch(() => {});
  }
}

void stream();
createInterface({ input: process.stdin })
  .on('line', (line) => {
    if (line === 'publish') publish();
    else if (line === 'stream') {
      running = true;
      void stream();
    }
  })
  .on('close', () => process.exit());
