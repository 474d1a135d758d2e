import { ApiObject, App, Chart, Testing } from 'cdk8s';
import { productionManifests } from './cases/base';
import { renderManifest } from '../../lib/manifest/render-manifest';
import { attachRules } from '../../lib/rules';

class CountedObject extends ApiObject {
  public rendered = 0;

  public toJson(): any {
    this.rendered++;
    return super.toJson();
  }
}

function appOfCharts(charts: number): { app: App; object: CountedObject; last: Chart } {
  const app = Testing.app();
  const [first, ...others] = Array.from({ length: charts }, (_, index) => new Chart(app, `chart-${index}`));
  const object = new CountedObject(first, 'Service', productionManifests().clientService);
  attachRules(first);
  return { app, object, last: others[others.length - 1] };
}

describe('a synthesis', () => {
  test.each(['synth', 'synthYaml'] as const)('by App.%s renders each object once for the rules and once for the file, whatever the number of charts', (method) => {
    const { app, object } = appOfCharts(10);
    app[method]();
    expect(object.rendered).toBe(2);
  });

  test.each(['synth', 'synthYaml'] as const)('by App.%s renders each object of this library once for all', (method) => {
    const { app, last } = appOfCharts(10);
    let rendered = 0;
    renderManifest(last, 'Counted', { gvk: { apiVersion: 'v1', kind: 'ConfigMap' }, fields: { data: () => ({ rendered: String(++rendered) }) } });
    app[method]();
    expect(rendered).toBe(1);
  });

  test('asks only the objects that something is found about to say so', () => {
    const { app, object } = appOfCharts(2);
    const addValidation = jest.spyOn(object.node, 'addValidation');
    app.synth();
    expect(addValidation).not.toHaveBeenCalled();
    object.metadata.addAnnotation('acknowledge.cdk8s-mqtt/MQTT-SESSION-001', '');
    for (let attempt = 0; attempt < 2; attempt++) expect(() => app.synth()).toThrow('MQTT-ACK-002');
    expect(addValidation).toHaveBeenCalledTimes(1);
  });

  test('returns what cdk8s returns', () => {
    expect(appOfCharts(2).app.synthYaml()).toContain('kind: Service');
  });

  test('begins anew each time', () => {
    const { app, object } = appOfCharts(2);
    app.synth();
    object.metadata.addAnnotation('acknowledge.cdk8s-mqtt/MQTT-SESSION-001', '');
    expect(() => app.synth()).toThrow('MQTT-ACK-002');
  });

  test('that fails does not hide what the next one finds', () => {
    const { app, object } = appOfCharts(2);
    object.metadata.addAnnotation('acknowledge.cdk8s-mqtt/MQTT-SESSION-001', '');
    expect(() => app.synth()).toThrow('MQTT-ACK-002');
    object.metadata.addAnnotation('acknowledge.cdk8s-mqtt/MQTT-SESION-001', 'misspelled');
    expect(() => app.synth()).toThrow('MQTT-ACK-001');
  });

  test('of a chart by itself looks at the app each time', () => {
    const { object, last } = appOfCharts(2);
    last.toJson();
    object.metadata.addAnnotation('acknowledge.cdk8s-mqtt/MQTT-SESSION-001', '');
    expect(() => last.toJson()).toThrow('MQTT-ACK-002');
  });
});
