/**
 * The topic filter of a shared subscription `$share/{ShareName}/{filter}`, or undefined if it is none: a ShareName has at least one character, and no `/`, `+` or `#`
 * [MQTT 5.0, MQTT-4.8.2-1, -2].
 */
export const sharedTopicFilter = (filter: string): string | undefined => /^\$share\/[^/+#]+\/(.+)$/s.exec(filter)?.[1];
