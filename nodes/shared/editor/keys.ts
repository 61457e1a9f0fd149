/** Whether a text names a level of a topic: 1 is the first level, -1 the last. */
export function isTopicLevel(value: unknown): boolean {
  return /^-?[1-9]\d*$/.test(String(value).trim());
}

/**
 * Whether a text looks like a message property such as `payload.id`, `payload["room temperature"]` or `payload[0].value`.
 * The runtime has the last word; this only catches slips of the pen.
 */
export function isProperty(value: unknown): boolean {
  const name = String.raw`[\p{L}$_][\p{L}\p{N}$_]*`;
  const step = String.raw`\.${name}|\[\d+\]|\["[^"]+"\]|\['[^']+'\]`;
  return typeof value === 'string' && new RegExp(`^${name}(?:${step})*$`, 'u').test(value.trim());
}
