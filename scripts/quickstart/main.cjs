'use strict';

const { execFile } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { promisify } = require('node:util');
const { Broker, checkPortsFree } = require('./broker.cjs');
const conversation = require('./conversation.cjs');
const { Failure } = require('./failure.cjs');
const { HELP, parseOptions } = require('./options.cjs');

const ROOT = path.resolve(__dirname, '..', '..');
const EXAMPLE = path.join(ROOT, 'examples', 'quickstart');
const MANIFEST = path.join(EXAMPLE, 'dist', 'quickstart.k8s.yaml');
const run = promisify(execFile);

async function main(argv) {
  const began = Date.now();
  let broker;
  let folder;
  let kept = false;
  try {
    const options = parseOptions(argv);
    if (options.help) {
      console.log(HELP);
      return;
    }
    await checkPortsFree([{ option: '--port', port: options.port }, { option: '--operations-port', port: options.operationsPort }]);

    await step('Build the library (jsii) and the broker (tsc)', build);
    await step('Synthesize examples/quickstart', synthesize);
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cdk8s-mqtt-quickstart-'));
    const configuration = await step('Take the broker\'s configuration out of the ConfigMap', () => extractConfiguration(folder));

    broker = new Broker({ ...options, configuration, data: path.join(folder, 'data') });
    await step('Start the broker with that configuration', () => broker.start());
    await step('Publish and subscribe at QoS 0, 1 and 2', () => conversation.publishAtEachQos(broker.url));
    await step('Retain a message for a client that comes late', () => conversation.retain(broker.url));
    const queued = await step('Queue messages for a client that sleeps', () => conversation.queueForSleeper(broker.url));
    await step('Stop the broker (SIGTERM, as Kubernetes does) and start it again', () => restart(broker));
    await step('Wake the client: its session and every message must be there', () => conversation.wakeSleeper(broker.url));
    await step('Find the retained message still there', () => conversation.expectRetained(broker.url));
    const metrics = await step('Read the metrics', () => broker.metrics());

    kept = options.keep;
    await step(kept ? 'Leave the broker running, as you asked' : 'Stop the broker', () => (kept ? keepRunning(broker) : broker.stop()));
    report({ broker, kept, folder, metrics, queued, seconds: (Date.now() - began) / 1000 });
  } catch (error) {
    process.exitCode = 1;
    console.error(`\nquickstart: ${error instanceof Failure ? error.message : error.stack}`);
    if (broker && !kept) await broker.stop();
  } finally {
    if (folder && !kept) fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** Prints what is being done, then how long it took. */
async function step(title, action) {
  process.stdout.write(`${title} ... `);
  const began = Date.now();
  const result = await action();
  console.log(`${((Date.now() - began) / 1000).toFixed(1)} s`);
  return result;
}

async function build() {
  await command('npx', ['projen', 'compile'], ROOT);
  await command('npm', ['--prefix', 'broker-image', 'run', 'build'], ROOT);
}

async function synthesize() {
  await command('npx', ['cdk8s', 'synth'], EXAMPLE);
}

/** The very file that the synthesized ConfigMap carries. */
function extractConfiguration(folder) {
  const objects = require('yaml').parseAllDocuments(fs.readFileSync(MANIFEST, 'utf8')).map((document) => document.toJS());
  const configMap = objects.find(({ kind, data }) => kind === 'ConfigMap' && data['broker.yaml'] !== undefined);
  if (!configMap) throw new Failure(`${MANIFEST} has no ConfigMap with the key 'broker.yaml'`);
  const file = path.join(folder, 'broker.yaml');
  fs.writeFileSync(file, configMap.data['broker.yaml']);
  return file;
}

async function restart(broker) {
  const { code } = await broker.stop();
  if (code !== 0) throw new Failure(`the broker stopped with exit code ${code}:\n${broker.log()}`);
  await broker.start();
}

async function keepRunning(broker) {
  await broker.stop();
  await broker.start({ detached: true });
}

async function command(program, args, cwd) {
  try {
    await run(program, args, { cwd, shell: process.platform === 'win32', maxBuffer: 64 * 1024 * 1024 });
  } catch (error) {
    throw new Failure(`'${program} ${args.join(' ')}' failed in ${cwd}:\n${error.stdout ?? ''}${error.stderr ?? error.message}`);
  }
}

function report({ broker, kept, folder, metrics, queued, seconds }) {
  const sample = (name) => metrics.split('\n').find((line) => line.startsWith(name)) ?? `${name}: not there`;
  const yaml = path.relative(process.cwd(), MANIFEST);
  console.log(`
All of it worked, in ${seconds.toFixed(0)} s:
  - the broker ran with the configuration file of the synthesized ConfigMap; only its addresses and its data folder were replaced
  - a message arrived at each of QoS 0, 1 and 2, and a retained one reached a late subscriber
  - ${queued} acknowledged messages waited for a sleeping client, outlived a restart of the broker, and arrived in order
  - metrics, among them:
      ${[sample('mqtt_messages_sent_total{qos="1"}'), sample('mqtt_sessions{state="disconnected"}'), sample('mqtt_store_writable')].join('\n      ')}

The manifests are in ${yaml}. To run them on Kubernetes:
  docker build -t cdk8s-mqtt/broker:0.0.0 broker-image       # and push it, or load it into your cluster
  kubectl create namespace mqtt
  kubectl apply -f ${yaml}`);
  if (kept) {
    console.log(`
The broker is running as process ${broker.process.pid}. Try it with any MQTT client, for example
  npx mqtt subscribe --url ${broker.url} --topic 'quickstart/#'
Its metrics are at ${broker.operations}/metrics, its data in ${folder}. End it with: kill ${broker.process.pid}`);
  }
}

module.exports = { main };
