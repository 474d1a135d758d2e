import { graceSeconds } from '../../lib/workload/shutdown';

test.each([
  [{ delaySeconds: 5, connectionsPerPod: 1000, connectionsPerSecond: 500 }, 30],
  [{ delaySeconds: 15, connectionsPerPod: 10_000, connectionsPerSecond: 500 }, 57],
  [{ delaySeconds: 15, connectionsPerPod: 100_000, connectionsPerSecond: 500 }, 282],
])('%j needs %i seconds', (shutdown, seconds) => {
  expect(graceSeconds(shutdown)).toBe(seconds);
});
