// Manifests that somebody else made, in an app without any construct of this library.
const { App, Chart, Include } = require('cdk8s');

const app = new App();
new Include(new Chart(app, 'included'), 'Manifests', { url: 'broken/consumer.k8s.yaml' });
app.synth();
