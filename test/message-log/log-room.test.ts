import { Size } from 'cdk8s';
import { Construct } from 'constructs';
import { ArgumentErrors } from '../../lib/manifest/arguments';
import { LogRoom, streamRoom } from '../../lib/message-log/log-room';
import { newChart } from '../support/synth';

/** Sizes in MiB of the logs, or the stores, of clusters that were added in this order, and what was complained about. */
function share(volume: Size, sizes: { [cluster: string]: Size | undefined }, of: 'log' | 'store' = 'log'): { shares: { [cluster: string]: number }; complaint?: string } {
  const room = new LogRoom(volume);
  const errors = new ArgumentErrors(new Construct(newChart(), 'Log'), 'MqttMessageLog');
  for (const [cluster, size] of Object.entries(sizes)) room.add(errors, cluster, { [of]: size });
  const shares = () => Object.fromEntries(Object.keys(sizes).map((cluster) => [cluster, (of === 'log' ? room.logSizeOf(cluster) : room.storeSizeOf(cluster)).toMebibytes()]));
  try {
    errors.throwIfAny();
    return { shares: shares() };
  } catch (error) {
    return { shares: {}, complaint: (error as Error).message };
  }
}

test('one cluster has a quarter of the volume', () => expect(share(Size.gibibytes(100), { a: undefined })).toEqual({ shares: { a: 25 * 1024 } }));
test('clusters without a size of their own share equally', () => expect(share(Size.gibibytes(100), { a: undefined, b: undefined }).shares).toEqual({ a: 12.5 * 1024, b: 12.5 * 1024 }));
test('one with a size of its own gets that, and the others what it leaves', () => {
  expect(share(Size.gibibytes(100), { a: Size.gibibytes(5), b: undefined, c: undefined }).shares).toEqual({ a: 5 * 1024, b: 10 * 1024, c: 10 * 1024 });
});
test('shares are whole mebibytes, together never more than there is', () => {
  expect(share(Size.gibibytes(100), { a: undefined, b: undefined, c: undefined }).shares).toEqual({ a: 8533, b: 8533, c: 8533 });
});
test('a cluster that is added again counts once', () => {
  const room = new LogRoom(Size.gibibytes(4));
  const errors = new ArgumentErrors(newChart(), 'MqttMessageLog');
  room.add(errors, 'a', {});
  room.add(errors, 'a', {});
  errors.throwIfAny();
  expect([room.logSizeOf('a').toMebibytes(), room.storeSizeOf('a').toMebibytes()]).toEqual([1024, 1126]);
});
test('the smallest volume for two clusters, and one that is too small', () => {
  expect(share(Size.gibibytes(8), { a: undefined, b: undefined })).toEqual({ shares: { a: 1024, b: 1024 } });
  expect(share(Size.gibibytes(7), { a: undefined, b: undefined }).complaint).toContain(
    "storage has 7Gi for each node, and a quarter of it for the logs of all clusters, but these need more: 'a' at least 1Gi, 'b' at least 1Gi. "
    + 'The rest is for snapshots, without which no log can be trimmed: give each node 8Gi, or fewer clusters, or a smaller maxLogSize',
  );
});
test('a size of its own that leaves the others too little', () => {
  expect(share(Size.gibibytes(20), { a: Size.gibibytes(4.5), b: undefined }).complaint).toContain("'a' 4608Mi, 'b' at least 1Gi. The rest is for snapshots, without which no log can be trimmed: give each node 22Gi, ");
});

describe('what brokers may store', () => {
  test.each<[string, number, { [cluster: string]: Size | undefined }, { [cluster: string]: number }]>([
    ['twice, beside the log', 100, { a: undefined }, { a: 27.5 * 1024 }],
    ['in equal shares', 100, { a: undefined, b: undefined }, { a: 13.75 * 1024, b: 13.75 * 1024 }],
    ['what a cluster asks for, and what that leaves', 100, { a: Size.gibibytes(20), b: undefined }, { a: 20 * 1024, b: 7.5 * 1024 }],
  ])('%s', (_, volume, sizes, expected) => expect(share(Size.gibibytes(volume), sizes, 'store')).toEqual({ shares: expected }));

  test('logs and snapshots of all clusters are never more than NATS lets streams take', () => {
    for (let volume = 4 * 1024; volume < 9 * 1024; volume += 7) {
      const room = new LogRoom(Size.mebibytes(volume));
      const errors = new ArgumentErrors(newChart(), 'MqttMessageLog');
      room.add(errors, 'a', {});
      room.add(errors, 'b', { store: Size.mebibytes(100) });
      const taken = ['a', 'b'].reduce((sum, name) => sum + room.logSizeOf(name).toMebibytes() + 2 * room.storeSizeOf(name).toMebibytes(), 0);
      const most = streamRoom(Size.mebibytes(volume)).toMebibytes();
      expect(taken).toBeLessThanOrEqual(most);
      expect(taken).toBeGreaterThan(most - 8);
    }
  });

  test('more than there is room for', () => {
    expect(share(Size.gibibytes(100), { a: Size.gibibytes(28), b: undefined }, 'store').complaint).toContain(
      "storage has 100Gi for each node, and 0.275 of it for what the brokers of each cluster store, but these need more: 'a' 28Gi, 'b' at least 16Mi. "
      + 'It is there twice, in the latest snapshot and in the next one, and beside the logs: give each node 102Gi, or fewer clusters, or a smaller maxStoreSize',
    );
  });
});
