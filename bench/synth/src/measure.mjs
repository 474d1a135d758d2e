import { measureCommand } from './command.mjs';
import { template } from './helm.mjs';

/** Cold processes, in turns: what a user waits for. */
export const coldPrograms = [
  { name: 'cdk8s-plus-27', args: ['-e', "require('cdk8s-plus-27')"] },
  { name: 'library', args: ['library-only.js'] },
  { name: 'example', args: ['main.js'] },
];

/** Apps of many clusters. cdk8s validates the whole app once more for each of its charts, so the two layouts grow differently. */
export const layouts = [
  { title: 'one chart', args: [] },
  { title: 'a chart each', args: ['charts'] },
  { title: 'one chart, with monitoring', args: ['monitoring'] },
  { title: 'a chart each, with monitoring', args: ['charts', 'monitoring'] },
];

export function measureRound(workspace, { sizes, helm, helmRuns, note }) {
  const cold = Object.fromEntries(coldPrograms.map(({ name }) => [name, []]));
  for (let i = 0; i < 5; i++) {
    for (const { name, args } of coldPrograms) cold[name].push(times(measureCommand(process.execPath, args, { cwd: workspace })));
  }
  note('cold processes');
  const apps = [];
  for (const { title, args } of layouts) {
    for (const clusters of sizes) {
      const whole = measureCommand(process.execPath, ['many-clusters.js', String(clusters), ...args], { cwd: workspace });
      apps.push({ clusters, layout: title, process: times(whole), ...JSON.parse(whole.stdout) });
      note(`${clusters} clusters, ${title}`);
    }
  }
  const helmTemplates = [];
  if (helm !== undefined) {
    for (let i = 0; i < helmRuns; i++) helmTemplates.push(times(template(helm, workspace, `plant-${i}`)));
    note(`${helmRuns} runs of helm template`);
  }
  return { cold, apps, helm: helmTemplates };
}

const times = ({ milliseconds, cpuMilliseconds }) => ({ milliseconds, cpuMilliseconds });
