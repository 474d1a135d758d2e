import type { IConstruct } from 'constructs';
import { ArgumentErrors, show } from './arguments';

/**
 * Checks the options with which a value is made: it knows no construct whose path an error could name, and what is in them is checked by the construct that gets it.
 * JavaScript users have no compiler.
 *
 * @param made the factory, for example `MqttStorage.ephemeral`
 * @throws if the options are no object.
 */
export function checkOptions(made: string, options: unknown): void {
  if (isOptions(options)) return;
  throw new Error(`${made}: the options are ${show(options)}, but must be an object with options, or be left out`);
}

/**
 * Checks that the props of a construct can be looked into.
 *
 * @throws if they are no object.
 */
export function checkProps(scope: IConstruct, construct: string, props: unknown): void {
  if (isOptions(props)) return;
  const errors = new ArgumentErrors(scope, construct);
  errors.add(`the props are ${show(props)}, but must be an object`);
  errors.throwIfAny();
}

/** Whether a value can be options or props: an object that is no array. */
function isOptions(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
