import { median } from '../../shared/median.mjs';

/** Costs of a message from what was measured, in medians: what the model is fitted to. */
export function costsOf(records) {
  const value = (name, take) => median(records[name].map(take));
  const live = (qos) => ({
    same: value(`qos${qos}-one-pod`, ({ pods }) => pods.a),
    from: value(`qos${qos}-across`, ({ pods }) => pods.a),
    to: value(`qos${qos}-across`, ({ pods }) => pods.b),
    // Connections of pods are spread over the servers, and so is what passes between them.
    server: value(`qos${qos}-across`, ({ leader, follower }) => (leader + 2 * follower) / 3),
  });
  return {
    live0: live(0),
    live1: live(1),
    logged: {
      same: value('durable-one-pod', ({ pods }) => pods.a),
      from: value('durable-across', ({ pods }) => pods.a),
      to: value('durable-across', ({ pods }) => pods.b),
      other: value('durable-across', ({ pods }) => pods.c),
      leader: value('durable-across', ({ leader }) => leader),
      follower: value('durable-across', ({ follower }) => follower),
      entries: value('durable-across', ({ entriesPerMessage }) => entriesPerMessage),
    },
    /** Retained, or for a session without a client: put into the store, and not taken out again. */
    stored: {
      publisher: value('fill', ({ publisher }) => publisher),
      other: value('fill', ({ other }) => other),
      leader: value('fill', ({ leader }) => leader),
      bytes: value('fill', ({ storeBytes, messages }) => storeBytes / messages),
    },
    entry: entryCosts(value),
  };
}

/** At a low rate an entry has a few messages only, and most of the CPU time is the entry's. */
function entryCosts(value) {
  const [few, many] = ['durable-rate-1000-across', 'durable-across'];
  const entries = ({ entriesPerMessage }) => entriesPerMessage;
  const each = (take) => (value(few, take) - value(many, take)) / (value(few, entries) - value(many, entries));
  return { pod: each(({ pods }) => pods.c), leader: each(({ leader }) => leader), follower: each(({ follower }) => follower) };
}
