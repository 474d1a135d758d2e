import { Duration, Size } from 'cdk8s';
import { carryingPods, resolveLoad, shareOfPod } from '../../../lib/scaling/capacity/load';

test('the defaults are the careful ones: QoS 1, TLS, everybody with a session and away for an hour', () => {
  expect(resolveLoad({ clients: 7, publishesPerSecond: 8 })).toEqual({
    clients: 7,
    publishesPerSecond: 8,
    fanOut: 1,
    messageBytes: 1024,
    qos0Share: 0,
    qos1Share: 1,
    qos2Share: 0,
    persistentShare: 1,
    absentShare: 1,
    retentionSeconds: 3600,
    retainedMessages: 0,
    tlsShare: 1,
    replicated: false,
    trafficPolicy: 'Local',
  });
});

test.each([
  [{ qos2Share: 0.25 }, [0, 0.75, 0.25]],
  [{ qos1Share: 0.5 }, [0.5, 0.5, 0]],
  [{ qos1Share: 0.25, qos2Share: 0.25 }, [0.5, 0.25, 0.25]],
])('%j leaves the rest to the other qualities of service', (shares, expected) => {
  const { qos0Share, qos1Share, qos2Share } = resolveLoad({ clients: 1, publishesPerSecond: 1, ...shares });
  expect([qos0Share, qos1Share, qos2Share]).toEqual(expected);
});

test('sizes are bytes and durations seconds from here on, fractions of a KiB included', () => {
  expect(resolveLoad({ clients: 1, publishesPerSecond: 1, messageSize: Size.kibibytes(0.25), retention: Duration.days(1) }))
    .toMatchObject({ messageBytes: 256, retentionSeconds: 86_400 });
});

test.each([[1, 1], [2, 1], [3, 2], [11, 10]])('of %i pods, %i carry the load while one is out', (replicas, carrying) => {
  expect(carryingPods(replicas)).toBe(carrying);
  expect(shareOfPod(replicas)).toBe(1 / carrying);
});
