import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BenchmarkError } from '../../shared/errors.mjs';
import { cache, repository } from '../../shared/paths.mjs';
import { measureCommand } from './command.mjs';
import { repositoryModule } from './modules.mjs';

const VERSION = 'v3.19.2';
const installed = join(cache, 'bin', 'helm');

export function installHelm() {
  const { status, error } = spawnSync('go', ['install', `helm.sh/helm/v3/cmd/helm@${VERSION}`], { env: { ...process.env, GOBIN: join(cache, 'bin') }, stdio: ['ignore', 2, 2], timeout: 900_000 });
  if (error) throw new BenchmarkError(`go cannot be started: ${error.message}`);
  if (status !== 0) throw new BenchmarkError(`go install ended with ${status}`);
}

/** helm of the cache folder or of the path; undefined when there is none. */
export function findHelm() {
  if (existsSync(installed)) return installed;
  return spawnSync('helm', ['version']).status === 0 ? 'helm' : undefined;
}

export const helmVersion = (helm) => spawnSync(helm, ['version', '--short'], { encoding: 'utf8' }).stdout.trim();

/** The chart with the alert rules and the dashboard that the example makes: charts ship such things as files. Both sides then write the same objects. */
export function createChart(helm, workspace) {
  const chart = join(workspace, 'chart');
  cpSync(join(repository, 'bench', 'synth', 'chart'), chart, { recursive: true });
  mkdirSync(join(chart, 'files'));
  const objects = parse(readFileSync(join(workspace, 'dist', 'production.k8s.yaml'), 'utf8'));
  writeFileSync(join(chart, 'files', 'rules.yaml'), repositoryModule('yaml').stringify(objects.find(({ kind }) => kind === 'PrometheusRule').spec));
  const dashboard = objects.find(({ metadata }) => metadata.labels.grafana_dashboard !== undefined);
  writeFileSync(join(chart, 'files', 'dashboard.json'), Object.values(dashboard.data)[0]);
  requireSameKinds(objects, parse(template(helm, workspace).stdout));
  return chart;
}

export const template = (helm, workspace, release = 'plant') => measureCommand(helm, ['template', release, 'chart', '--namespace', 'mqtt'], { cwd: workspace });

const parse = (text) => repositoryModule('yaml').parseAllDocuments(text).map((document) => document.toJS()).filter((object) => object !== null);

function requireSameKinds(ours, theirs) {
  const kinds = (objects) => objects.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`).sort().join(', ');
  if (kinds(ours) !== kinds(theirs)) {
    throw new BenchmarkError(`the chart no longer has the objects of examples/production-aws; change bench/synth/chart:\n- example: ${kinds(ours)}\n- chart: ${kinds(theirs)}`);
  }
}
