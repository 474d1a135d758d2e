/** A text as a literal of CEL. */
export function text(value: string): string {
  // The escapes of JSON are among those of CEL: https://github.com/google/cel-spec/blob/master/doc/langdef.md#string-and-bytes-values
  return JSON.stringify(value);
}

/** A list of texts as a literal of CEL. */
export function texts(values: readonly string[]): string {
  return `[${values.map(text).join(', ')}]`;
}

/** A map of texts as a literal of CEL. */
export function textMap(map: Readonly<Record<string, string>>): string {
  return `{${Object.entries(map).map(([key, value]) => `${text(key)}: ${text(value)}`).join(', ')}}`;
}

/** A map of numbers as a literal of CEL. */
export function numberMap(map: Readonly<Record<string, number>>): string {
  return `{${Object.entries(map).map(([key, value]) => `${text(key)}: ${value}`).join(', ')}}`;
}

/** The annotation of the object, empty where it has none, from `variables.annotations`. */
export function annotation(key: string): string {
  return `variables.annotations[?${text(key)}].orValue('')`;
}

/** The same for a declaration that no broker is without: one that a change takes away counts as before. */
export function lastingAnnotation(key: string): string {
  return `variables.annotations[?${text(key)}].or(variables.annotationsBefore[?${text(key)}]).orValue('')`;
}

/** Whether an object has an annotation. */
export function hasAnnotation(object: string, key: string): string {
  return `${text(key)} in ${object}.metadata.?annotations.orValue({})`;
}

/** A regular expression of JavaScript, of the part that RE2 has too, as a literal of CEL. */
export function pattern({ source, flags }: RegExp): string {
  return text(`${flags.includes('i') ? '(?i)' : ''}${source}`);
}

/** Whether the LabelSelector in an optional field of `owner` selects these labels; an absent one selects nothing. */
export function selects(owner: string, field: string, labels: string): string {
  const selector = `${owner}.${field}`;
  return `(has(${selector})`
    + ` && ${selector}.?matchLabels.orValue({}).all(k, k in ${labels} && ${labels}[k] == ${selector}.matchLabels[k])`
    + ` && ${selector}.?matchExpressions.orValue([]).all(e, e.operator == 'In' ? e.key in ${labels} && ${labels}[e.key] in e.values`
    + ` : e.operator == 'NotIn' ? !(e.key in ${labels} && ${labels}[e.key] in e.values)`
    + ` : e.operator == 'Exists' ? e.key in ${labels} : !(e.key in ${labels})))`;
}
