import * as fs from 'fs';
import * as path from 'path';
import * as cdk8s from 'cdk8s';
import * as kplus from 'cdk8s-plus-27';
import * as ts from 'typescript';
import * as mqtt from '../../lib';

/** Every TypeScript block of the pages compiles against the sources; those of the README and the docstrings are compiled by jsii-rosetta. */

const root = path.resolve(__dirname, '../..');
const pages = fs.readdirSync(path.join(root, 'docs')).filter((file) => file.endsWith('.md'));

/** What a reader imports by themselves: a page shows the imports of its first block only. */
const importable: { [module: string]: string[] } = { 'cdk8s-mqtt': Object.keys(mqtt), 'cdk8s': Object.keys(cdk8s), 'cdk8s-plus-27': Object.keys(kplus) };

/** What the text around a block says is there already. */
const surroundings = `
declare const cluster: import('cdk8s-mqtt').MqttCluster;
declare const loadBalancer: import('cdk8s-mqtt').MqttLoadBalancer;
declare const route: import('cdk8s-mqtt').MqttGatewayRoute;
declare const tls: import('cdk8s-plus-27').ISecret;
`;

/** What a block of properties without the construct around them can be a part of. */
const propsOfFragments = ['MqttClusterProps', 'MqttLoadBalancerProps', 'MqttAutoscalerProps', 'MqttMonitoringProps', 'MqttMessageLogProps', 'MqttGatewayRouteProps', 'MqttGuardRailsProps'];

interface Snippet {
  readonly name: string;
  /** Texts by file name; one has to compile. */
  readonly programs: Map<string, string>;
}

function snippetsOf(page: string): Snippet[] {
  const text = fs.readFileSync(path.join(root, 'docs', page), 'utf8');
  return [...text.matchAll(/```ts\n(.*?)```/gs)].map((match) => {
    const line = text.slice(0, match.index).split('\n').length + 1;
    const programs = programsOf(match[1]).map((program, index): [string, string] => [path.join(__dirname, `${page}-${line}-${index}.ts`), program]);
    return { name: `docs/${page}:${line}`, programs: new Map(programs) };
  });
}

function programsOf(block: string): string[] {
  const written = block.match(/^import .*;$/gm) ?? [];
  const code = block.replace(/^import .*;$/gm, '');
  const known = new Set(written.flatMap((line) => line.match(/\w+/g) ?? []));
  const used = new Set(code.match(/\b[A-Z]\w*/g));
  const imports = Object.entries(importable).flatMap(([module, names]) => {
    const missing = names.filter((name) => used.has(name) && !known.has(name));
    missing.forEach((name) => known.add(name));
    return missing.length > 0 ? [`import { ${missing.join(', ')} } from '${module}';`] : [];
  });
  const head = [...written, ...imports, surroundings].join('\n');
  const inChart = (body: string) => `${head}\nexport class Page extends (require('cdk8s') as typeof import('cdk8s')).Chart {\n  show(): void {\n    const chart = this;\n${body}\n  }\n}\n`;
  const isFragment = /^\s*\w+:/.test(code);
  return isFragment ? propsOfFragments.map((props) => inChart(`const fragment: Partial<import('cdk8s-mqtt').${props}> = {\n${code}\n};`)) : [inChart(code)];
}

function errorsOf(programs: Map<string, string>): Map<string, string[]> {
  const { config } = ts.readConfigFile(path.join(root, 'test/tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, path.join(root, 'test'));
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (file) => programs.has(file) || fileExists(file);
  host.readFile = (file) => programs.get(file) ?? readFile(file);
  host.getSourceFile = (file, ...rest) => (programs.has(file) ? ts.createSourceFile(file, programs.get(file)!, rest[0]) : getSourceFile(file, ...rest));
  const program = ts.createProgram([...programs.keys()], { ...options, noEmit: true, noUnusedLocals: false, noUnusedParameters: false }, host);
  return new Map([...programs.keys()].map((file) => {
    const source = program.getSourceFile(file)!;
    return [file, [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))];
  }));
}

/** Of the program that came nearest. */
function fewest(all: string[][]): string[] {
  return all.reduce((best, errors) => (errors.length < best.length ? errors : best));
}

const snippets = pages.flatMap(snippetsOf);
const wrong = path.join(__dirname, 'wrong.ts');
let errors: Map<string, string[]>;

beforeAll(() => {
  errors = errorsOf(new Map([...snippets.flatMap(({ programs }) => [...programs]), [wrong, programsOf("new MqttCluster(this, 'Broker', { replica: 3 });")[0]]]));
}, 600_000);

test.each(snippets.map((snippet): [string, Snippet] => [snippet.name, snippet]))('%s compiles', (_, snippet) => {
  expect(fewest([...snippet.programs.keys()].map((file) => errors.get(file)!))).toEqual([]);
});

test('a block that is wrong is found', () => {
  expect(errors.get(wrong)).toEqual([expect.stringContaining("'replica' does not exist in type 'MqttClusterProps'")]);
});
