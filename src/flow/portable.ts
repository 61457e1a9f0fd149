/** How deep a payload may be nested; far deeper ones would overflow the stack where they are copied to a worker. */
export const DEEPEST_PAYLOAD = 512;

/** Objects and arrays looked at before a payload counts as too large to check. */
const MOST_OBJECTS = 5_000_000;

/**
 * A payload that can leave this thread: the value itself where nothing stands in the way, otherwise a copy in which
 * functions and symbols are left out and Buffers have memory of their own (a Buffer is often a window on a shared pool, and
 * the whole pool would travel with it).
 * @throws RangeError for payloads that are nested too deeply or contain themselves
 */
export function portable(payload: unknown): unknown {
  if (typeof payload !== 'object' || payload === null) return isLeftOut(payload) ? undefined : payload;
  return mustBeCopied(payload) ? copy(payload) : payload;
}

/** Looks through a payload without recursion. Level by level the deepest object comes first, so a circle is found at once. */
function mustBeCopied(payload: object): boolean {
  let found = false;
  let looked = 0;
  const waiting: { readonly value: object; readonly depth: number }[] = [{ value: payload, depth: 1 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, depth } = next;
    if (depth > DEEPEST_PAYLOAD) {
      throw new RangeError(
        `The payload is nested deeper than ${String(DEEPEST_PAYLOAD)} levels, or contains itself. ` +
          'Send only the part that is needed.',
      );
    }
    if (++looked > MOST_OBJECTS) {
      throw new RangeError(`The payload has more than ${String(MOST_OBJECTS)} objects. Send it in parts.`);
    }
    if (ArrayBuffer.isView(value)) {
      found = true;
      continue;
    }
    for (const member of isPlain(value) ? Object.values(value) : []) {
      if (typeof member === 'object' && member !== null) waiting.push({ value: member as object, depth: depth + 1 });
      else if (isLeftOut(member)) found = true;
    }
  }
  return found;
}

function copy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return isLeftOut(value) ? undefined : value;
  if (Buffer.isBuffer(value)) return Buffer.from(new Uint8Array(value).buffer);
  if (ArrayBuffer.isView(value)) return structuredClone(value);
  if (Array.isArray(value)) return value.map(copy);
  if (!isPlain(value)) return value;
  // Defined, not assigned, so that a member called __proto__ stays a member.
  const members = Object.entries(value).filter(([, member]) => !isLeftOut(member));
  return Object.fromEntries(members.map(([name, member]) => [name, copy(member)]));
}

/** Whether the members tell everything about an object; dates, maps and the like travel as they are. */
function isPlain(value: object): boolean {
  return !(
    value instanceof Date ||
    value instanceof Map ||
    value instanceof Set ||
    value instanceof RegExp ||
    value instanceof Error ||
    value instanceof ArrayBuffer ||
    value instanceof SharedArrayBuffer
  );
}

function isLeftOut(value: unknown): boolean {
  return typeof value === 'function' || typeof value === 'symbol';
}
