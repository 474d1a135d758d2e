import { machineText } from '../../shared/machine.mjs';
import { median } from '../../shared/median.mjs';
import { fixed, number, table, times, verdict } from '../../shared/table.mjs';
import { fitLine } from './fit.mjs';
import { layouts } from './measure.mjs';

const GOAL_COLD_RATIO = 2;
const GOAL_CLUSTER_MILLISECONDS = 10;
const GOAL_HELM_RATIO = 5;

/** The report as Markdown, ready for docs/benchmarks.md. */
export function report({ machine, node, helm, sizes, rounds }) {
  return [
    `${machineText(machine)}\nNode.js ${node}${helm === undefined ? '' : `, helm ${helm}`}; ${rounds.length} round${rounds.length === 1 ? '' : 's'}, medians. CPU time in brackets.`,
    coldTable(rounds),
    ...layouts.map(({ title }) => clusterTable(rounds, sizes, title)),
    ...(helm === undefined ? [] : [helmTable(rounds)]),
  ].join('\n\n');
}

const both = (samples, digits = 0) => `${fixed(median(samples.map((sample) => sample.milliseconds)), digits)} (${fixed(median(samples.map((sample) => sample.cpuMilliseconds)), digits)})`;

function coldTable(rounds) {
  const samples = (name) => rounds.flatMap((round) => round.cold[name]);
  const ratio = (name, key) => median(samples(name).map((sample, i) => sample[key] / samples('cdk8s-plus-27')[i][key]));
  const row = (title, name) => [title, both(samples(name)), `${times(ratio(name, 'milliseconds'))} (${times(ratio(name, 'cpuMilliseconds'))})`];
  return table(['cold process', 'ms', 'ratio', 'goal', ''], [
    [...row("`require('cdk8s-plus-27')`", 'cdk8s-plus-27'), '', ''],
    [...row("`require('cdk8s-mqtt')`", 'library'), '', ''],
    [...row('synth of examples/production-aws', 'example'), `≤ ${GOAL_COLD_RATIO}x`, verdict(ratio('example', 'milliseconds') <= GOAL_COLD_RATIO)],
  ]);
}

const appsOf = (rounds, layout, clusters) => rounds.flatMap((round) => round.apps.filter((app) => app.layout === layout && app.clusters === clusters));

/** Milliseconds for each cluster but the first. */
function perCluster(rounds, layout, clusters, key) {
  const first = appsOf(rounds, layout, 1);
  return median(appsOf(rounds, layout, clusters).map((app, i) => (app[key] - first[i][key]) / (clusters - 1)));
}

function clusterTable(rounds, sizes, layout) {
  const line = (key) => fitLine(sizes.map((clusters) => [clusters, median(appsOf(rounds, layout, clusters).map((app) => app[key]))]));
  const { slope, rSquared } = line('milliseconds');
  const rows = sizes.map((clusters) => {
    const apps = appsOf(rounds, layout, clusters);
    const goal = clusters === 100 ? [`≤ ${GOAL_CLUSTER_MILLISECONDS} ms`, verdict(perCluster(rounds, layout, clusters, 'milliseconds') <= GOAL_CLUSTER_MILLISECONDS)] : ['', ''];
    return [
      number(clusters),
      both(apps),
      clusters === 1 ? '' : `${fixed(perCluster(rounds, layout, clusters, 'milliseconds'))} (${fixed(perCluster(rounds, layout, clusters, 'cpuMilliseconds'))})`,
      number(median(apps.map((app) => app.maxResidentBytes)) / 2 ** 20),
      number(median(apps.map((app) => app.heapBytes)) / 2 ** 20),
      ...goal,
    ];
  });
  return [
    table([`clusters in one app: ${layout}`, 'ms without loading the library', 'ms for each after the first', 'MiB resident, at most', 'MiB of heap at the end', 'goal', ''], rows),
    `Fitted: ${fixed(slope)} ms (${fixed(line('cpuMilliseconds').slope)} ms) for each cluster, R² ${fixed(rSquared, 4)}.`,
  ].join('\n\n');
}

function helmTable(rounds) {
  const runs = rounds.flatMap((round) => round.helm);
  const apps = appsOf(rounds, 'a chart each, with monitoring', 100).map((app) => app.process);
  const ratio = (key) => (100 * median(runs.map((run) => run[key]))) / median(apps.map((app) => app[key]));
  return table(['100 clusters, a chart each, with monitoring', 's', 'ratio', 'goal', ''], [
    ['one app, cold process', both(apps.map((app) => scaled(app, 1 / 1000)), 2), '', '', ''],
    [`100 runs of helm template (${both(runs)} ms each)`, both(runs.map((run) => scaled(run, 100 / 1000)), 2), `${times(ratio('milliseconds'))} (${times(ratio('cpuMilliseconds'))})`, `≥ ${GOAL_HELM_RATIO}x`, verdict(ratio('milliseconds') >= GOAL_HELM_RATIO)],
  ]);
}

const scaled = ({ milliseconds, cpuMilliseconds }, factor) => ({ milliseconds: milliseconds * factor, cpuMilliseconds: cpuMilliseconds * factor });
