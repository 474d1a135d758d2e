// Run as a process: a broker on the folder that is its first argument and the port that is its second (0: any). Says `port N` once it listens.
import { createServer, type AddressInfo } from 'node:net';
import { Broker } from '../../src/protocol/index.js';
import { Store } from '../../src/store/index.js';
import { openAccess, RecordingObserver } from './harness.js';

class SilentObserver extends RecordingObserver {
  override messageReceived = () => {};
  override messageSent = () => {};
  override storeFailed = (error: Error) => process.stdout.write(`store failed: ${error.message}\n`);
  override storeRecovered = () => process.stdout.write('store recovered\n');
}

const [directory, port] = process.argv.slice(2);
const observer = new SilentObserver();
const store = await Store.open({ directory: directory!, maxBytes: 1e9, observer });
const broker = await Broker.start({
  name: 'process',
  store,
  access: openAccess,
  observer,
  limits: { maxPacketBytes: 1_048_576, maxTopicLevels: 32, maxSubscriptionsPerClient: 1000, connectTimeoutSeconds: 10 },
  session: { expirySeconds: 0, maxQueuedMessages: 10_000_000, maxQueuedBytes: 1e9 },
});
const server = createServer({ noDelay: true }, (stream) => broker.accept({ stream, listener: 'tcp', remoteAddress: '127.0.0.1' }));
server.listen(Number(port), '127.0.0.1', () => process.stdout.write(`port ${(server.address() as AddressInfo).port}\n`));
// A restart in order.
process.on('SIGTERM', () => {
  server.close();
  void broker.close().then(() => process.exit());
});
// A test that dies must not leave its broker behind.
process.stdin.resume();
process.stdin.on('end', () => process.exit());
