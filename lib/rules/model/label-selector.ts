import type { Fields } from './fields';

type Labels = Record<string, string>;

/**
 * Whether a LabelSelector selects an object with these labels. An absent selector selects nothing, an empty one everything.
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/label-selector/
 */
export function selects(selector: Fields, labels: Labels): boolean {
  return selector.isMap
    && selector.at('matchLabels').entries.every(([key, value]) => value.text !== undefined && labels[key] === value.text)
    && selector.at('matchExpressions').items.every((expression) => matches(expression, labels));
}

function matches(expression: Fields, labels: Labels): boolean {
  const value = labels[expression.at('key').text ?? ''];
  const values = expression.at('values').texts;
  switch (expression.at('operator').text) {
    case 'In': return value !== undefined && values.includes(value);
    case 'NotIn': return value === undefined || !values.includes(value);
    case 'Exists': return value !== undefined;
    case 'DoesNotExist': return value === undefined;
    default: return false;
  }
}
