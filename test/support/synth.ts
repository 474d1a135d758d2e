import { App, Chart, ChartProps, Testing } from 'cdk8s';

/** A chart with names that can be read: tests that are about generated names say so. */
export function newChart(props: ChartProps = {}): Chart {
  return new Chart(new App(), 'test', { namespace: 'mqtt', disableResourceNameHashes: true, ...props });
}

/** The one object of this kind, and of this name where one is given. */
export function findObject(chart: Chart, kind: string, name?: string): any {
  const found = Testing.synth(chart).filter((object) => object.kind === kind && (name === undefined || object.metadata.name === name));
  if (found.length !== 1) throw new Error(`${found.length} objects are a ${kind}${name ? ` '${name}'` : ''}`);
  return found[0];
}

/** The message of what is thrown; a test that expects an error but gets none fails. */
export function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
}
