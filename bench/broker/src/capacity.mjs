/**
 * What `MqttCapacity` plans with: costs at fixed rates, as fleets of quiet clients have them, of this broker alone. They take about ten minutes and are compared with nobody, so they are measured only
 * when asked for by name.
 */
const TRANSPORTS = ['tcp', 'tls'];
/**
 * Messages a second, from 200 publishers in turn: each sends too seldom for packets to share a system call. The event loop is woken for nearly each of them, which costs the more, the longer it slept; a plan
 * is for one that has work, so that the last rate counts.
 */
const RATES = [1_000, 4_000];
const PLANNED_RATE = RATES.at(-1);
/** Rates at which messages are stored: beyond the second, more of them go into each commit. */
const STORED_RATES = [250, 1_000, 4_000];
const PAIRS = 200;
const SMALL = 64;
const LARGE = 16 * 1024;

const own = { brokers: ['cdk8s-mqtt'], onRequest: true };
const rate = (name, options, transport) => ({ name, kind: 'rate', transport, options: { pairs: PAIRS, payload: SMALL, ...options }, ...own });

/** Deliveries cost the difference between a message to one subscriber and a message to nobody. */
const AUDIENCES = [['nobody', false], ['one', true]];

const messages = TRANSPORTS.flatMap((transport) => [0, 1].flatMap((qos) => RATES.flatMap((perSecond) => AUDIENCES.map(([audience, deliver]) =>
  rate(messageCase(transport, qos, perSecond, audience), { qos, rate: perSecond, deliver }, transport)))));

const large = TRANSPORTS.flatMap((transport) => AUDIENCES.map(([audience, deliver]) =>
  rate(largeCase(transport, audience), { qos: 0, rate: PLANNED_RATE, deliver, payload: LARGE }, transport)));

const connections = TRANSPORTS.map((transport) => ({ name: `capacity-connect-${transport}`, kind: 'connect', transport, options: { parallel: 100 }, ...own }));

const memory = [
  ...TRANSPORTS.map((transport) => ({ name: `capacity-idle-${transport}`, kind: 'idle', transport, options: { count: 10_000, rate: 1_000 }, quick: { count: 2_000, settle: '2s' }, once: true, ...own })),
  { name: 'capacity-sessions', kind: 'sessions', transport: 'tcp', options: { count: 30_000 }, quick: { count: 2_000, settle: '2s' }, once: true, ...own },
];

/** Beside a QoS 1 message of a clean session: what the store adds, and in how many commits. */
const commits = STORED_RATES.flatMap((perSecond) => [true, false].map((persistent) =>
  rate(commitCase(perSecond, persistent), { qos: 1, rate: perSecond, persistent }, 'tcp')));

export const capacity = [...messages, ...large, ...connections, ...memory, ...commits];

function messageCase(transport, qos, perSecond, audience) {
  return `capacity-messages-${transport}-qos${qos}-${perSecond}-to-${audience}`;
}

function largeCase(transport, audience) {
  return `capacity-large-${transport}-to-${audience}`;
}

function commitCase(perSecond, persistent) {
  return `capacity-commits-${perSecond}-${persistent ? 'stored' : 'clean'}`;
}

/**
 * The costs, from the medians of every case: CPU time in microseconds, memory and disk in bytes.
 * @param each gives a figure of a case, by its name
 */
export function costsOf(each) {
  const cpu = ({ brokerCpuSeconds, sent }) => 1e6 * brokerCpuSeconds / sent;
  const packet = (transport, qos, perSecond) => {
    const [receive, both] = AUDIENCES.map(([audience]) => each(messageCase(transport, qos, perSecond, audience), cpu));
    return { receive, deliver: both - receive };
  };
  const kibibytes = (LARGE - SMALL) / 1024;
  const kibibyte = (transport) => {
    const [receive, both] = AUDIENCES.map(([audience]) => (each(largeCase(transport, audience), cpu) - each(messageCase(transport, 0, PLANNED_RATE, audience), cpu)) / kibibytes);
    return { receive, deliver: both - receive };
  };
  const byTransport = (of) => Object.fromEntries(TRANSPORTS.map((transport) => [transport, of(transport)]));
  const message = (what) => byTransport((transport) => ({ qos0: packet(transport, 0, PLANNED_RATE)[what], qos1: packet(transport, 1, PLANNED_RATE)[what], kibibyte: kibibyte(transport)[what] }));
  return {
    receive: message('receive'),
    deliver: message('deliver'),
    seldom: byTransport((transport) => ({ qos0: packet(transport, 0, RATES[0]), qos1: packet(transport, 1, RATES[0]) })),
    connect: byTransport((transport) => each(`capacity-connect-${transport}`, ({ brokerCpuSeconds, connections: opened }) => 1e6 * brokerCpuSeconds / opened)),
    connectionBytes: byTransport((transport) => each(`capacity-idle-${transport}`, ({ bytesPerConnection }) => bytesPerConnection)),
    session: {
      memoryBytes: each('capacity-sessions', ({ bytesPerSession }) => bytesPerSession),
      storedBytes: each('capacity-sessions', ({ storedBytesPerSession }) => storedBytesPerSession),
    },
    commits: STORED_RATES.map((perSecond) => commitCosts(each, perSecond)),
  };
}

/** What is spent beyond the same messages to clean sessions, for each second and each commit. */
function commitCosts(each, perSecond) {
  const [stored, clean] = [true, false].map((persistent) => commitCase(perSecond, persistent));
  const aSecond = (take) => (record) => take(record) / record.seconds;
  const more = (take) => each(stored, aSecond(take)) - each(clean, aSecond(take));
  const commitsPerSecond = each(stored, aSecond(({ store }) => store.commits));
  const loop = ({ brokerLoopCpuSeconds }) => brokerLoopCpuSeconds;
  const others = ({ brokerCpuSeconds, brokerLoopCpuSeconds }) => brokerCpuSeconds - brokerLoopCpuSeconds;
  return {
    storedPerSecond: each(stored, aSecond(({ sent }) => sent)),
    commitsPerSecond,
    pagesPerSecond: each(stored, aSecond(({ store }) => store.writtenBytes / 4096)),
    loop: 1e6 * more(loop) / commitsPerSecond,
    otherThreads: 1e6 * more(others) / commitsPerSecond,
  };
}
