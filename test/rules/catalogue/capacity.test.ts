import { CONNTRACK_ENTRIES, conntrackEntries, MEASURED_CONNECTIONS } from '../../../lib/rules/catalogue/capacity';
import * as planner from '../../../lib/scaling/capacity/replicas';
import { MqttCapacity } from '../../../lib/scaling/mqtt-capacity';

// The planner builds on other rooms than the rules, so each has the formula: what one plans, the other must not find, nor the other way round.

test.each([1000, 10_000, 60_001, 200_000])('%i connections of one broker take as many conntrack entries as are planned for', (clients) => {
  const plan = MqttCapacity.plan({ clients, publishesPerSecond: 0, replicas: 1 });
  expect(conntrackEntries(clients, 500)).toBe(plan.conntrackEntriesPerNode);
});

test('a table is full enough for a warning where the plan wants more than the least that a node has', () => {
  const wanted = (clients: number) => MqttCapacity.plan({ clients, publishesPerSecond: 0, replicas: 1 }).conntrackMax;
  expect(conntrackEntries(49_152, 500)).toBe(CONNTRACK_ENTRIES);
  expect(wanted(49_152)).toBe(131_072);
  expect(conntrackEntries(49_153, 500)).toBeGreaterThan(CONNTRACK_ENTRIES);
  expect(wanted(49_153)).toBeGreaterThan(131_072);
});

test('as many connections were measured as a plan has at most', () => {
  expect(MEASURED_CONNECTIONS).toBe(planner.MEASURED_CONNECTIONS);
});
