import { Fields } from '../../../lib/rules/model/fields';

const fields = new Fields({ text: 'a', number: 1.5, boolean: false, list: ['a', 1, { b: 'c' }], map: { key: 'value', other: 2 }, nothing: null });

describe('fields of a manifest', () => {
  test('are read by their type', () => {
    expect(fields.at('text').text).toBe('a');
    expect(fields.at('number').number).toBe(1.5);
    expect(fields.at('boolean').boolean).toBe(false);
    expect(fields.at('list').texts).toEqual(['a']);
    expect(fields.at('list').items[2].at('b').text).toBe('c');
    expect(fields.at('map', 'key').text).toBe('value');
    expect({ ...fields.at('map').textMap }).toEqual({ key: 'value' });
    expect(fields.at('map').entries.map(([key]) => key)).toEqual(['key', 'other']);
  });

  test.each(['text', 'number', 'boolean', 'list', 'map', 'nothing', 'missing', 'constructor', '__proto__'])('are never of another type: %s', (name) => {
    const field = fields.at(name);
    const types = [field.text, field.number, field.boolean].filter((value) => value !== undefined);
    expect(types.length + Number(field.items.length > 0) + Number(field.isMap)).toBe(['nothing', 'missing', 'constructor', '__proto__'].includes(name) ? 0 : 1);
  });

  test('are absent below what is no map', () => {
    expect(fields.at('text', 'length').exists).toBe(false);
    expect(fields.at('list', '0').exists).toBe(false);
    expect(fields.at('nothing').exists).toBe(false);
    expect(new Fields(NaN).number).toBeUndefined();
  });

  test('are shown in messages', () => {
    expect([fields.at('text'), fields.at('number'), fields.at('list'), fields.at('nothing'), fields.at('missing')].map(String))
      .toEqual(['a', '1.5', '["a",1,{"b":"c"}]', 'null', 'absent']);
  });
});
