/**
 * The one text of a JSON value: object members sorted by name, no spaces. Two values that mean the same have the same text,
 * so texts can be compared, hashed and kept as golden files.
 * Members that are undefined are left out, as JSON does.
 * @throws TypeError for what JSON cannot hold: functions, symbols, big integers, NaN and the infinities
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return JSON.stringify(value);
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`${String(value)} has no place in JSON; use null or a finite number.`);
      return JSON.stringify(value);
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? arrayText(value) : objectText(value as Readonly<Record<string, unknown>>);
    default:
      throw new TypeError(`A value of type ${typeof value} has no place in JSON.`);
  }
}

function arrayText(values: readonly unknown[]): string {
  return `[${values.map((value) => (value === undefined ? 'null' : canonicalJson(value))).join(',')}]`;
}

function objectText(object: Readonly<Record<string, unknown>>): string {
  const members: string[] = [];
  // Sorted by code unit, which does not depend on the machine's language.
  for (const name of Object.keys(object).sort()) {
    if (object[name] !== undefined) members.push(`${JSON.stringify(name)}:${canonicalJson(object[name])}`);
  }
  return `{${members.join(',')}}`;
}
