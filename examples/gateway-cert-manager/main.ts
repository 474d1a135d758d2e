import { App } from 'cdk8s';
import { GatewayChart } from './chart';

const app = new App();
new GatewayChart(app, 'gateway');
app.synth();
