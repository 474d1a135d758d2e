import { parsedYaml, yamlText } from '../../lib/manifest/yaml-text';

describe('a YAML text', () => {
  test('says what it was written of', () => {
    const value = { listeners: [{ name: 'mqtt', port: 1883 }], keepalive: { maxSeconds: 240 } };
    const text = yamlText(value);
    expect(text).toBe('listeners:\n  - name: mqtt\n    port: 1883\nkeepalive:\n  maxSeconds: 240\n');
    expect(parsedYaml(text)).toEqual(value);
    // And the same to a parser.
    expect(parsedYaml(`${text}# changed by hand\n`)).toEqual(value);
  });

  test('that somebody changed says what it says now', () => {
    const text = yamlText({ keepalive: { maxSeconds: 240 } });
    expect(parsedYaml(text.replace('240', '600'))).toEqual({ keepalive: { maxSeconds: 600 } });
  });

  test('is still read when a thousand others were written since', () => {
    const text = yamlText({ number: -1 });
    for (let number = 0; number < 1001; number++) yamlText({ number });
    expect(parsedYaml(text)).toEqual({ number: -1 });
  });

  test('that is none is an error', () => {
    expect(() => parsedYaml('a: [')).toThrow(/Flow sequence/);
  });
});
