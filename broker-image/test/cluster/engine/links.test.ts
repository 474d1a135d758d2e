import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeAcknowledgement, encodeAcknowledgement, FrameType, readDataHeader, RecordKind } from '../../../src/cluster/engine/frames.js';
import { IncomingLink } from '../../../src/cluster/engine/incoming-link.js';
import { FULL_BYTES, OutgoingLink } from '../../../src/cluster/engine/outgoing-link.js';

const turn = () => new Promise(setImmediate);

/** Both ends, with a network between them that does to each NATS message what it is told. */
function connect(network: (deliver: () => void) => void) {
  const received: string[] = [];
  const sessions: number[] = [];
  const incoming = new IncomingLink({
    sessionBegins: () => sessions.push(received.length),
    record: (kind, bytes) => received.push(`${kind} ${bytes.toString()}`),
    acknowledge: (acknowledgement) => network(() => outgoing.acknowledge(decodeAcknowledgement(encodeAcknowledgement(acknowledgement)))),
  });
  const outgoing = new OutgoingLink(1, (frame) => network(() => incoming.receive(Buffer.from(frame))));
  return { incoming, outgoing, received, sessions };
}

test('records arrive in order, those of one turn in one frame', async () => {
  let messages = 0;
  const { outgoing, received, sessions } = connect((deliver) => {
    messages++;
    deliver();
  });
  for (let index = 0; index < 100; index++) outgoing.write(RecordKind.message, Buffer.from(String(index)));
  assert.ok(outgoing.bufferedBytes > 0);
  await outgoing.taken();
  assert.deepEqual(received, [...Array(100).keys()].map((index) => `16 ${index}`));
  assert.deepEqual([messages, outgoing.bufferedBytes, sessions], [2, 0, [0]]);
  await outgoing.taken();
});

test('whatever the network loses, repeats or delays, every record arrives once and in order', async () => {
  const fates = fc.array(fc.constantFrom('deliver', 'deliver', 'lose', 'repeat', 'delay'), { minLength: 1, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(fates, fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 1, maxLength: 30 }), async (plan, sizes) => {
      let at = 0;
      const delayed: Array<() => void> = [];
      const { outgoing, received } = connect((deliver) => {
        const fate = plan[at++] ?? 'deliver';
        if (fate === 'lose') return;
        if (fate === 'delay') return void delayed.push(deliver);
        queueMicrotask(deliver);
        if (fate === 'repeat') queueMicrotask(deliver);
      });
      const expected = sizes.map((size, index) => `${index}${'x'.repeat(size)}`);
      for (const [index, text] of expected.entries()) {
        outgoing.write(RecordKind.message, Buffer.from(text));
        if (index % 3 === 0) await turn();
        if (index % 5 === 0) delayed.shift()?.();
      }
      const taken = outgoing.taken();
      // In place of the second after which it would be sent again.
      for (let rounds = 0; outgoing.bufferedBytes > 0 && rounds < 100; rounds++) {
        await turn();
        for (const deliver of delayed.splice(0)) deliver();
        outgoing.resend();
        await turn();
      }
      await taken;
      outgoing.close();
      assert.deepEqual(received.map((text) => text.slice(0, 20) + text.length), expected.map((text) => `16 ${text}`).map((text) => text.slice(0, 20) + text.length));
    }),
    { numRuns: 200 },
  );
});

test('without an answer it is sent again by itself', async (t) => {
  // The link's own timer does not keep a process alive.
  const alive = setInterval(() => undefined, 1000);
  t.after(() => clearInterval(alive));
  let lost = 0;
  const { outgoing, received } = connect((deliver) => (++lost <= 2 ? undefined : deliver()));
  outgoing.write(RecordKind.message, Buffer.from('a'));
  await outgoing.taken();
  assert.deepEqual(received, ['16 a']);
});

test('a session that is over is not listened to', async () => {
  const frames: Buffer[] = [];
  const first = new OutgoingLink(1, (frame) => frames.push(frame));
  const second = new OutgoingLink(2, (frame) => frames.push(frame));
  first.write(RecordKind.interest, Buffer.from('old'));
  await turn();
  second.write(RecordKind.interest, Buffer.from('new'));
  await turn();
  const seen: string[] = [];
  const incoming = new IncomingLink({ sessionBegins: () => seen.push('begins'), record: (_, bytes) => seen.push(bytes.toString()), acknowledge: () => undefined });
  const [old, current] = frames as [Buffer, Buffer];
  for (const frame of [old, current, old, current]) incoming.receive(frame);
  assert.deepEqual(seen, ['begins', 'old', 'begins', 'new']);
  // Nor is an acknowledgement of it.
  second.acknowledge({ session: 1, number: 1, gap: false });
  assert.ok(second.bufferedBytes > 0);
  first.close();
  second.close();
});

test('what is on the way is bounded, and what is beyond waits for room', async () => {
  let onTheWay = 0;
  const link = new OutgoingLink(1, (frame) => {
    assert.equal(frame[0], FrameType.data);
    onTheWay = readDataHeader(frame).number;
  });
  const packet = Buffer.alloc(60_000);
  let written = 0;
  while (!link.full) {
    link.write(RecordKind.message, packet);
    written++;
  }
  await turn();
  assert.ok(link.bufferedBytes < FULL_BYTES + 70_000);
  const first = onTheWay;
  assert.ok(first >= 60 && first <= 80, `${first} frames`);
  link.acknowledge({ session: 1, number: first, gap: false });
  assert.ok(onTheWay > first && written > first);
  assert.equal(link.full, false);
  link.close();
});

test('whoever waits for a frame is counted until the peer has it', async () => {
  const frames: number[] = [];
  const link = new OutgoingLink(1, (frame) => frames.push(readDataHeader(frame).number));
  const done: string[] = [];
  const write = (name: string) => {
    link.write(RecordKind.message, Buffer.from(name));
    void link.taken().then(() => done.push(name));
  };
  write('a');
  write('b');
  await turn();
  write('c');
  await turn();
  assert.deepEqual([frames, link.waiting], [[1, 2], 3]);
  link.acknowledge({ session: 1, number: 1, gap: false });
  await turn();
  assert.deepEqual([done, link.waiting], [['a', 'b'], 1]);
  link.close();
  await turn();
  assert.deepEqual([done, link.waiting], [['a', 'b', 'c'], 0]);
});

test('nobody waits for a peer that is gone', async () => {
  const link = new OutgoingLink(1, () => undefined);
  while (!link.full) link.write(RecordKind.message, Buffer.alloc(60_000));
  const waiting = link.taken();
  link.close();
  await waiting;
  link.write(RecordKind.message, Buffer.alloc(10));
  assert.deepEqual([link.bufferedBytes, link.full], [0, false]);
  await link.taken();
});
