import { Size } from 'cdk8s';
import { Construct } from 'constructs';
import { ArgumentErrors } from '../../lib/manifest/arguments';
import { LogRoom } from '../../lib/message-log/log-room';
import { newChart } from '../support/synth';

/** Sizes in MiB of the logs of clusters that were added in this order, and what was complained about. */
function share(volume: Size, sizes: { [cluster: string]: Size | undefined }): { shares: { [cluster: string]: number }; complaint?: string } {
  const room = new LogRoom(volume);
  const errors = new ArgumentErrors(new Construct(newChart(), 'Log'), 'MqttMessageLog');
  for (const [cluster, size] of Object.entries(sizes)) room.add(errors, cluster, size);
  const shares = Object.fromEntries(Object.keys(sizes).map((cluster) => [cluster, room.sizeOf(cluster).toMebibytes()]));
  try {
    errors.throwIfAny();
    return { shares };
  } catch (error) {
    return { shares, complaint: (error as Error).message };
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
  room.add(errors, 'a', undefined);
  room.add(errors, 'a', undefined);
  errors.throwIfAny();
  expect(room.sizeOf('a').toMebibytes()).toBe(1024);
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
