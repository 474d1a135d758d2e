import * as fs from 'fs';
import * as path from 'path';
import { App, Chart, Testing } from 'cdk8s';

const EXAMPLES = path.resolve(__dirname, '..', '..', 'examples');

/** The folders under examples/. */
export const exampleNames = fs.readdirSync(EXAMPLES).filter((name) => fs.existsSync(path.join(EXAMPLES, name, 'chart.ts')));

export function exampleFile(example: string, file: string): string {
  return path.join(EXAMPLES, example, file);
}

/** Makes the charts of an example anew, and synthesizes them. */
export function synthExample(example: string): any[] {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const classes = Object.values<new (app: App, id: string) => Chart>(require(exampleFile(example, 'chart.ts')));
  return classes.flatMap((ChartClass, index) => Testing.synth(new ChartClass(new App(), `chart-${index}`)));
}
