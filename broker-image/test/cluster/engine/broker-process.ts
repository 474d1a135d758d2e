import { allLeave, startBroker } from './brokers.js';

/** A broker in a process of its own, which can be frozen and killed: it tells its parent what it receives. */
const [url, name] = process.argv.slice(2) as [string, string];
const broker = await startBroker({ servers: [url] }, name);
await broker.traffic.announce('#', 'live');
await broker.traffic.complete();
process.send!('ready');
process.on('message', (message) => {
  if (message === 'report') process.send!({ received: broker.received, events: broker.events, interrupted: broker.traffic.statistics().interrupted });
  else void allLeave().then(() => process.disconnect());
});
