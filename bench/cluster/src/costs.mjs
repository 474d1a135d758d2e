import { median } from '../../shared/median.mjs';

/** Costs of a message from what was measured, in medians: what the model is fitted to. */
export function costsOf(records) {
  const each = (name, take) => median(records[name].map(take));
  const entry = entryCosts(each);
  const live = (qos) => ({
    same: each(`qos${qos}-one-pod`, ({ pods }) => pods.a),
    from: each(`qos${qos}-across`, ({ pods }) => pods.a),
    to: each(`qos${qos}-across`, ({ pods }) => pods.b),
    // Connections of pods are spread over the servers, and so is what passes between them.
    server: each(`qos${qos}-across`, ({ leader, follower }) => (leader + 2 * follower) / 3),
  });
  return {
    live0: live(0),
    live1: live(1),
    logged: withoutEntries({
      same: each('durable-one-pod', ({ pods }) => pods.a),
      from: each('durable-across', ({ pods }) => pods.a),
      to: each('durable-across', ({ pods }) => pods.b),
      other: average(['b', 'c'].map((pod) => each('durable-one-pod', ({ pods }) => pods[pod])).concat(['durable-two-pods', 'durable-across'].map((name) => each(name, ({ pods }) => pods.c)))),
    }, { leader: each('durable-across', ({ leader }) => leader) }, each('durable-across', entriesOf), entry),
    /** Retained, or for a session without a client: put into the store, and not taken out again. */
    stored: withoutEntries({ publisher: each('fill', ({ publisher }) => publisher), other: each('fill', ({ other }) => other) },
      { leader: each('fill', ({ leader }) => leader) }, each('fill', entriesOf), entry),
    storedBytes: each('fill', ({ storeBytes, messages }) => storeBytes / messages),
    entry,
  };
}

const entriesOf = ({ entriesPerMessage }) => entriesPerMessage;

/** What is left for the messages when the entries that carried them are taken off. */
const withoutEntries = (ofPods, ofLeader, entries, entry) => ({
  ...Object.fromEntries(Object.entries(ofPods).map(([key, cost]) => [key, cost - entries * entry.pod])),
  ...Object.fromEntries(Object.entries(ofLeader).map(([key, cost]) => [key, cost - entries * entry.leader])),
});

/** At a low rate an entry has a few messages only, and most of the CPU time is the entry's. */
function entryCosts(each) {
  const [few, many] = ['durable-rate-1000-across', 'durable-across'];
  const cost = (take) => (each(few, take) - each(many, take)) / (each(few, entriesOf) - each(many, entriesOf));
  return { pod: cost(({ pods }) => pods.c), leader: cost(({ leader }) => leader), follower: cost(({ follower }) => follower) };
}

const average = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
