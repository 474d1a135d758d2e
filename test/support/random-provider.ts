import { Duration } from 'cdk8s';
import * as fc from 'fast-check';
import { providerSpecimens } from './provider-specimens';
import { LoadBalancerProvider } from '../../lib';

type Options = { readonly [option: string]: unknown };

/** The options of each provider that can be set together. */
const optionsOf = new Map<string, Options[]>();
for (const [name, { args }] of Object.entries(providerSpecimens)) {
  const factory = /^LoadBalancerProvider\.(\w+)/.exec(name)![1];
  optionsOf.set(factory, [...optionsOf.get(factory) ?? [], args.options]);
}

export const providerFactories = [...optionsOf.keys()];

/** What `LoadBalancerProvider.custom` cannot do without. */
const REQUIRED = ['kind', 'exposure'];

/** The provider with some or all of its options, of values that it takes. Two that need each other may be parted: it then says so. */
export function randomProvider(factory: string): fc.Arbitrary<LoadBalancerProvider> {
  return fc.constantFrom(...optionsOf.get(factory)!).chain((options) => {
    const required = factory === 'custom' ? REQUIRED : [];
    const values = Object.fromEntries(Object.entries(options).map(([option, value]) => [option, valueLike(option, value)]));
    return fc.oneof(fc.record<Options>(values), fc.record<Options>(values, { requiredKeys: required })).map((given) => (LoadBalancerProvider as any)[factory](given));
  });
}

/** Idle timeouts are those that every provider takes which has the option. */
function valueLike(option: string, value: unknown): fc.Arbitrary<unknown> {
  if (/idletimeout$/i.test(option) && value instanceof Duration) return fc.constantFrom(240, 300, 600).map((seconds) => Duration.seconds(seconds));
  return typeof value === 'boolean' ? fc.boolean() : fc.constant(value);
}
