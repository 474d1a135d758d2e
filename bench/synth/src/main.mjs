import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describeMachine } from '../../shared/machine.mjs';
import { measureCommand } from './command.mjs';
import { createChart, findHelm, helmVersion, installHelm } from './helm.mjs';
import { coldPrograms, measureRound } from './measure.mjs';
import { help, parseOptions } from './options.mjs';
import { report } from './report.mjs';
import { createWorkspace } from './workspace.mjs';

export async function main(args) {
  const options = parseOptions(args);
  if (options.help) {
    process.stdout.write(help);
    return 0;
  }
  if (options.install) installHelm();
  const workspace = createWorkspace();
  if (options.profile !== undefined) {
    profile(workspace, resolve(options.profile));
    return 0;
  }
  const machine = describeMachine();
  const helm = findHelm();
  if (helm === undefined) note('without helm: --install installs it with Go');
  // Also the first run of each program: what the disk has to bring is in memory for all of them.
  for (const { args: program } of coldPrograms) measureCommand(process.execPath, program, { cwd: workspace });
  if (helm !== undefined) createChart(helm, workspace);
  const rounds = [];
  for (let round = 1; round <= options.rounds; round++) {
    rounds.push(measureRound(workspace, { ...options, helm, note: (what) => note(`round ${round} of ${options.rounds}, ${what}`) }));
  }
  const result = { machine, node: process.versions.node, helm: helm && helmVersion(helm), sizes: options.sizes, rounds };
  if (options.json !== undefined) write(options.json, JSON.stringify(result, undefined, 2));
  if (options.json !== '-') process.stdout.write(`${report(result)}\n`);
  return 0;
}

function profile(workspace, directory) {
  mkdirSync(directory, { recursive: true });
  const programs = { example: ['main.js'], 'clusters-100': ['many-clusters.js', '100', 'charts'], 'clusters-100-monitoring': ['many-clusters.js', '100', 'charts', 'monitoring'] };
  for (const [name, program] of Object.entries(programs)) {
    measureCommand(process.execPath, ['--cpu-prof', `--cpu-prof-dir=${directory}`, `--cpu-prof-name=${name}.cpuprofile`, ...program], { cwd: workspace });
  }
}

const note = (text) => process.stderr.write(`${text}\n`);
const write = (file, text) => (file === '-' ? process.stdout.write(`${text}\n`) : writeFileSync(file, `${text}\n`));
