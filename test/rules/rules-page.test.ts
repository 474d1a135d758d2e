import { readFileSync } from 'fs';
import { join } from 'path';
import { acknowledgementRules } from '../../lib/rules/acknowledgement';
import { catalogue } from '../../lib/rules/catalogue';
import { rulesPage } from '../../scripts/generate-rules';

const page = readFileSync(join(__dirname, '..', '..', 'docs', 'rules.md'), 'utf8');

describe('docs/rules.md', () => {
  test('is what the catalogue says (else: npx ts-node scripts/generate-rules.ts)', () => {
    expect(page).toBe(rulesPage());
  });

  test('has a section for every rule', () => {
    const sections = [...page.matchAll(/^### (MQTT-\S+)$/gm)].map(([, id]) => id);
    expect(sections).toEqual([...catalogue, ...acknowledgementRules].map(({ id }) => id));
  });

  test('has every section that a rule or the page itself refers to', () => {
    const anchors = [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading.toLowerCase().replace(/[^\w -]/g, '').replace(/ /g, '-'));
    const referred = [...page.matchAll(/(?:docs\/rules\.md|\()#([\w-]+)/g)].map(([, anchor]) => anchor);
    expect(referred.length).toBeGreaterThan(catalogue.length);
    expect(referred.filter((anchor) => !anchors.includes(anchor))).toEqual([]);
  });
});
