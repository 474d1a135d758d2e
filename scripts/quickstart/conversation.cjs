'use strict';

const mqtt = require('mqtt');
const { Failure } = require('./failure.cjs');

const PATIENCE_MS = 10_000;

/** Connects a real client; `options` are those of the package `mqtt`. */
function connect(url, clientId, options = {}) {
  return mqtt.connectAsync(url, { clientId, reconnectPeriod: 0, connectTimeout: PATIENCE_MS, ...options });
}

/** The next `count` messages of a client, or a failure that says how many came. */
function receive(client, count) {
  return new Promise((resolve, reject) => {
    const messages = [];
    const patience = setTimeout(() => reject(new Failure(`only ${messages.length} of ${count} messages arrived within ${PATIENCE_MS / 1000} s`)), PATIENCE_MS);
    client.on('message', function onMessage(topic, payload, packet) {
      messages.push({ topic, payload: payload.toString(), qos: packet.qos, retain: packet.retain });
      if (messages.length < count) return;
      clearTimeout(patience);
      client.off('message', onMessage);
      resolve(messages);
    });
  });
}

/** One message at each quality of service, from one client to another. */
async function publishAtEachQos(url) {
  const [publisher, subscriber] = await Promise.all([connect(url, 'quickstart-publisher'), connect(url, 'quickstart-subscriber')]);
  await subscriber.subscribeAsync('quickstart/qos/+', { qos: 2 });
  for (const qos of [0, 1, 2]) {
    const arrival = receive(subscriber, 1);
    await publisher.publishAsync(`quickstart/qos/${qos}`, `hello at QoS ${qos}`, { qos });
    const [message] = await arrival;
    expect(message, { topic: `quickstart/qos/${qos}`, payload: `hello at QoS ${qos}`, qos, retain: false });
  }
  await Promise.all([publisher.endAsync(), subscriber.endAsync()]);
}

/** A retained message reaches a client that subscribes after it was published. */
async function retain(url) {
  const publisher = await connect(url, 'quickstart-publisher');
  await publisher.publishAsync('quickstart/retained', 'the latest value', { qos: 1, retain: true });
  await publisher.endAsync();
  await expectRetained(url);
}

async function expectRetained(url) {
  const latecomer = await connect(url, 'quickstart-latecomer');
  const arrival = receive(latecomer, 1);
  await latecomer.subscribeAsync('quickstart/retained', { qos: 1 });
  const [message] = await arrival;
  expect(message, { topic: 'quickstart/retained', payload: 'the latest value', qos: 1, retain: true });
  await latecomer.endAsync();
}

const SESSION = { clientId: 'quickstart-sleeper', topic: 'quickstart/sleeper', messages: 100 };

/** A client with a persistent session goes to sleep, and messages for it are acknowledged meanwhile. */
async function queueForSleeper(url) {
  const sleeper = await connect(url, SESSION.clientId, { clean: false });
  await sleeper.subscribeAsync(SESSION.topic, { qos: 1 });
  await sleeper.endAsync();

  const publisher = await connect(url, 'quickstart-publisher');
  await Promise.all(Array.from({ length: SESSION.messages }, (_, number) => publisher.publishAsync(SESSION.topic, String(number), { qos: 1 })));
  await publisher.endAsync();
  return SESSION.messages;
}

/** The session and all of its messages, in order, are there when the client comes back. */
async function wakeSleeper(url) {
  const sleeper = mqtt.connect(url, { clientId: SESSION.clientId, clean: false, reconnectPeriod: 0, connectTimeout: PATIENCE_MS });
  const arrival = receive(sleeper, SESSION.messages);
  const [connack] = await Promise.all([
    new Promise((resolve, reject) => sleeper.once('connect', resolve).once('error', reject)),
    arrival,
  ]);
  expect(connack.sessionPresent, true);
  expect((await arrival).map(({ payload }) => payload), Array.from({ length: SESSION.messages }, (_, number) => String(number)));
  await sleeper.endAsync();
}

function expect(found, wanted) {
  const [foundText, wantedText] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (foundText !== wantedText) throw new Failure(`the broker answered\n  ${foundText}\nwhere this was expected:\n  ${wantedText}`);
}

module.exports = { expectRetained, publishAtEachQos, queueForSleeper, retain, wakeSleeper };
