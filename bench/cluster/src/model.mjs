/**
 * How much a cluster of N pods takes, from what a message costs each of its processes. All costs are CPU microseconds for one message to one subscriber.
 *
 * A live message costs two pods at most and the servers between them, whatever N is. One that goes through the log costs every pod its application, and the leader of the log its
 * replication: these do not shrink with N, and bound the cluster. A process saturates when it uses one core: a broker has one event loop, and a stream of NATS is written in order.
 */

const CORE = 1e6;

/** CPU of a pod for each message of the cluster. Publishers are spread evenly; so are subscribers, independently, unless one pod has all of them. */
const podCost = {
  live: ({ same, from, to }, pods, fanIn) => (fanIn ? (same + (pods - 1) * to) / pods : (same + (pods - 1) * (from + to)) / pods ** 2),
  logged: ({ same, from, to, other }, pods) => other + (same - other + (pods - 1) * (from + to - 2 * other)) / pods ** 2,
  stored: ({ publisher, other }, pods) => other + (publisher - other) / pods,
};

/** CPU of the busiest server for each message of the cluster: the leader of the log, or any of them for what passes from pod to pod. */
const serverCost = {
  live: ({ server }, pods) => server * (1 - 1 / pods),
  logged: ({ leader }) => leader,
  stored: ({ leader }) => leader,
};

/**
 * Each part of a mix is a `share` of the messages with the costs of its `kind`. Pods keep free what the most entries cost that the leader can take: every pod has one entry under
 * way, so that they are as many as the leader is fast, and grow with the load instead.
 */
export function saturation(parts, pods, entry) {
  const sum = (cost) => parts.reduce((total, part) => total + part.share * cost(part), 0);
  const pod = sum(({ kind, costs, fanIn }) => podCost[kind](costs, pods, fanIn));
  const server = sum(({ kind, costs }) => serverCost[kind](costs, pods));
  const room = parts.some(({ kind }) => kind !== 'live') ? CORE - entry.pod * (CORE / entry.leader) : CORE;
  const [byPods, byServers] = [room / pod, CORE / server];
  return { perSecond: Math.min(byPods, byServers), limit: byServers < byPods ? 'NATS' : 'event loop of a pod' };
}

/** Every pod publishes to the next one: nothing stays on a pod. CPU of each pod for each message of the cluster. */
export const ring = {
  live: ({ from, to }, pods) => (from + to) / pods,
  logged: ({ from, to, other }, pods) => other + (from + to - 2 * other) / pods,
};

/** Clients that send and receive a packet now and then: nothing shares a system call. `quiet` is what they cost a broker that stands alone. */
export function quietCosts(costs, quiet) {
  const replaced = ({ same, from, to, ...rest }, { receive, deliver }) => {
    // What is not receiving and delivering is the way between the pods; half of it is on each side.
    const between = (from + to - same) / 2;
    return { ...rest, same: receive + deliver, from: receive + between, to: deliver + between };
  };
  const { same, other } = costs.logged;
  // The log's part of a message: what the pod that has both clients spends beyond the same message without the log.
  const logged = Math.max(other, same - costs.live1.same);
  return {
    live0: replaced(costs.live0, quiet.qos0),
    live1: replaced(costs.live1, quiet.qos1),
    logged: { ...costs.logged, same: quiet.qos1.receive + quiet.qos1.deliver + logged, from: quiet.qos1.receive + logged, to: quiet.qos1.deliver + logged },
    stored: { ...costs.stored, publisher: quiet.qos1.receive + costs.stored.publisher - costs.live1.same / 2 },
    entry: costs.entry,
  };
}
