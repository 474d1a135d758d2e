import { App } from 'cdk8s';
import { OnPremisesChart } from './chart';

const app = new App();
const { cluster } = new OnPremisesChart(app, 'on-premises');
app.synth();

// What cuts an idle client first, with the source of each number.
process.stderr.write(`${cluster.keepaliveReport().toString()}\n`);
