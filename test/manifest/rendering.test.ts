import { ApiObject, Chart, JsonPatch, Testing } from 'cdk8s';
import { renderManifest } from '../../lib/manifest/render-manifest';
import { renderingOnce } from '../../lib/manifest/rendering';

/** A ConfigMap that counts how often it is rendered, and another that is made of it. */
function objects(): { app: Chart['node']['root']; source: ApiObject; copy: ApiObject; rendered: () => number } {
  const chart = Testing.chart();
  let count = 0;
  const gvk = { apiVersion: 'v1', kind: 'ConfigMap' };
  const source = renderManifest(chart, 'Source', { gvk, fields: { data: () => ({ count: String(++count) }) } });
  const copy = renderManifest(chart, 'Copy', { gvk, fields: { data: () => ({ ...source.toJson().data, copy: 'true' }) } });
  return { app: chart.node.root, source, copy, rendered: () => count };
}

describe('rendering once', () => {
  test('renders an object once, however many ask for it', () => {
    const { app, source, copy, rendered } = objects();
    renderingOnce(app, () => [source, copy, source].forEach((object) => object.toJson()));
    expect(rendered()).toBe(1);
  });

  test('is over when its work is done, also when it fails', () => {
    const { app, source, rendered } = objects();
    expect(() => renderingOnce(app, () => { throw new Error(source.toJson().data.count); })).toThrow('1');
    expect(source.toJson().data).toEqual({ count: '2' });
    source.toJson();
    expect(rendered()).toBe(3);
  });

  test('inside of another goes on with what that has', () => {
    const { app, source, rendered } = objects();
    renderingOnce(app, () => {
      renderingOnce(app, () => source.toJson());
      source.toJson();
    });
    expect(rendered()).toBe(1);
  });

  test('renders again what an override changes meanwhile, and what is made of it', () => {
    const { app, source, copy } = objects();
    renderingOnce(app, () => {
      expect(copy.toJson().data).toEqual({ count: '1', copy: 'true' });
      source.addJsonPatch(JsonPatch.replace('/data/count', 'overridden'));
      expect(copy.toJson().data).toEqual({ count: 'overridden', copy: 'true' });
    });
  });

  test('refuses objects that are made of each other, and names the circle', () => {
    const chart = Testing.chart();
    const gvk = { apiVersion: 'v1', kind: 'ConfigMap' };
    const one: ApiObject = renderManifest(chart, 'One', { gvk, name: 'one', fields: { data: () => other.toJson().data } });
    const other: ApiObject = renderManifest(chart, 'Other', { gvk, name: 'other', fields: { data: () => one.toJson().data } });
    for (let attempt = 0; attempt < 2; attempt++) {
      expect(() => one.toJson()).toThrow("[test/One] ConfigMap 'one' is made of itself: test/One → test/Other → test/One. A value that is computed");
    }
  });

  test('of one app leaves another alone', () => {
    const [one, other] = [objects(), objects()];
    renderingOnce(one.app, () => [1, 2].forEach(() => other.source.toJson()));
    expect(other.rendered()).toBe(2);
  });
});
