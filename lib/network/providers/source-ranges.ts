import { keysOf } from '../../rules/model/provider-keys';
import { type LoadBalancerSourceRanges, SourceRangesSupport } from '../load-balancer-traits';

const SUPPORT = {
  honoured: SourceRangesSupport.HONOURED,
  ignored: SourceRangesSupport.IGNORED,
  unconfirmed: SourceRangesSupport.UNCONFIRMED,
};

/** What the rules know of this provider. */
export function sourceRangesOf(provider: string): LoadBalancerSourceRanges {
  const { source, support } = keysOf(provider)!.sourceRanges;
  return { support: SUPPORT[support], source };
}
