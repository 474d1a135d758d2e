import { createRequire } from 'node:module';
import { test, type TestContext } from 'node:test';

type TestFunction = (t: TestContext) => Promise<void>;
type Suite = (options: Record<string, unknown>) => void;

const require = createRequire(import.meta.url);

/**
 * Runs a conformance suite of another package, whole but for the tests that are named with the reason why this broker does otherwise on purpose.
 * @param module what exports the suite
 * @param differs reasons by the names of tests
 */
export function runSuite(module: string, differs: Readonly<Record<string, string>>, options: Readonly<Record<string, unknown>>, label = ''): void {
  const unseen = new Set(Object.keys(differs));
  const register = (name: string, body: TestFunction) => {
    unseen.delete(name);
    test(`${name}${label}`, differs[name] === undefined ? {} : { skip: differs[name] }, body);
  };
  (require(module) as Suite)({ ...options, test: register });
  if (unseen.size > 0) throw new Error(`${module} has no such tests any more: ${[...unseen].join('; ')}`);
}
