import { parseManifests } from '../../lib/check/parse-manifests';

function parse(text: string) {
  const problems: string[] = [];
  const manifests = parseManifests({ name: 'a.yaml', text }, problems);
  return { problems, manifests: manifests.map(({ manifest, origin }) => ({ manifest, origin })) };
}

const HEAD = 'apiVersion: v1\nkind: ConfigMap\n';

describe('manifests are read as Kubernetes reads them', () => {
  test.each([
    ['12:30', '12:30'],
    ['2026-11-21', '2026-11-21'],
    ['1883:1883', '1883:1883'],
    ['on', true],
    ['0644', 420],
    ["'yes'", 'yes'],
  ])('%s', (text, value) => {
    expect(parse(`${HEAD}value: ${text}\n`)).toEqual({ problems: [], manifests: [{ manifest: expect.objectContaining({ value }), origin: 'a.yaml:1' }] });
  });

  test('with anchors and merge keys', () => {
    const [{ manifest }] = parse(`${HEAD}base: &base { a: 1 }\nderived: { <<: *base, b: 2 }\n`).manifests;
    expect(manifest).toMatchObject({ derived: { a: 1, b: 2 } });
  });

  test('with the line of each object, past comments', () => {
    const text = `# a chart\n---\n# Source: a\n${HEAD}---\n---\napiVersion: v1\nkind: List\nitems:\n  - apiVersion: v1\n    kind: Secret\n  - apiVersion: v1\n    kind: Service\n`;
    expect(parse(text).manifests.map(({ manifest, origin }) => [(manifest as { kind: string }).kind, origin]))
      .toEqual([['ConfigMap', 'a.yaml:4'], ['Secret', 'a.yaml:11'], ['Service', 'a.yaml:13']]);
  });

  test('but not aliases that grow without end', () => {
    const levels = Array.from({ length: 12 }, (_, level) => `l${level + 1}: &l${level + 1} [${Array(10).fill(`*l${level}`).join(', ')}]`);
    expect(parse(`${HEAD}l0: &l0 x\n${levels.join('\n')}\n`)).toEqual({ manifests: [], problems: [expect.stringMatching(/^a\.yaml: cannot be resolved: Excessive alias count/)] });
  });
});
