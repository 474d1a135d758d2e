#!/usr/bin/env node
// Writes the tables of README.md that the JSON schemas decide; with --check, says whether they are up to date.
import { readFileSync, writeFileSync } from 'node:fs';

const root = new URL('../', import.meta.url);
const readSchema = (name) => JSON.parse(readFileSync(new URL(name, root), 'utf8'));

const configuration = readSchema('config.schema.json');
const accessRules = readSchema('acl.schema.json');
const tables = {
  'config.schema.json': table(rows(configuration, configuration)),
  'acl.schema.json': table(rows(accessRules.items, accessRules)),
};

const file = new URL('README.md', root);
const written = readFileSync(file, 'utf8');
let current = written;
for (const [schema, text] of Object.entries(tables)) current = replaceBetween(current, `<!-- generated from ${schema} -->`, `<!-- end of ${schema} -->`, text);

if (process.argv[2] === '--check') {
  if (current !== written) {
    console.error('README.md differs from the schemas: run node scripts/readme-tables.mjs');
    process.exit(1);
  }
} else {
  writeFileSync(file, current);
}

/** One row for each key, those of sections and lists below them. */
function rows(schema, document, prefix = '') {
  return Object.entries(schema.properties).flatMap(([key, property]) => {
    const target = property.$ref === undefined ? {} : document.definitions[property.$ref.replace('#/definitions/', '')];
    const value = { ...target, ...property };
    const path = `${prefix}${key}`;
    const row = { path, type: typeOf(value, document), default: defaultOf(value, schema.required?.includes(key)), description: value.description };
    const items = value.items?.$ref === undefined ? value.items : document.definitions[value.items.$ref.replace('#/definitions/', '')];
    if (value.properties) return [row, ...rows(value, document, `${path}.`)];
    if (items?.properties) return [row, ...rows(items, document, `${path}[].`)];
    return [row];
  });
}

function typeOf({ type, enum: values, minimum, maximum, minItems, items }) {
  if (values) return values.map((value) => `\`${value}\``).join(', ');
  switch (type) {
    case 'integer':
      return maximum === undefined ? `integer ≥ ${minimum}` : `integer ${minimum} to ${maximum}`;
    case 'string':
      return 'text';
    case 'boolean':
      return '`true`, `false`';
    case 'array':
      return `list${minItems ? ', not empty' : ''}${items.enum ? ` of ${items.enum.map((value) => `\`${value}\``).join(', ')}` : items.type === 'string' ? ' of texts' : ''}`;
    default:
      return 'section';
  }
}

function defaultOf({ default: value }, required) {
  if (required) return '**required**';
  return value === undefined || typeof value === 'object' ? '' : `\`${value}\``;
}

function table(entries) {
  const cell = (text) => String(text).replaceAll('|', '\\|');
  const lines = entries.map(({ path, type, default: value, description }) => `| \`${path}\` | ${cell(type)} | ${cell(value)} | ${cell(description)} |`);
  return ['| key | value | default | meaning |', '|---|---|---|---|', ...lines].join('\n');
}

function replaceBetween(text, start, end, content) {
  const from = text.indexOf(start);
  const to = text.indexOf(end);
  if (from === -1 || to < from) throw new Error(`README.md has no place for the table: ${start} ... ${end}`);
  return `${text.slice(0, from + start.length)}\n${content}\n${text.slice(to)}`;
}
