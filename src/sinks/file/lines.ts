import { encode, UnsendableError } from '../encode';

/**
 * A payload as one line of JSON, without its end. Bytes become what Node.js makes of a Buffer.
 * @throws UnsendableError for what JSON cannot say, NaN and the infinities included: JSON would make null of them without a word
 */
export function jsonLine(payload: unknown): string {
  let text: unknown;
  try {
    text = JSON.stringify(payload);
    // Looked for only where one of them may be.
    if (typeof text === 'string' && text.includes('null')) JSON.stringify(payload, finite);
  } catch (error) {
    if (error instanceof UnsendableError) throw error;
    throw new UnsendableError(error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : 'It cannot be written as JSON.');
  }
  if (typeof text === 'string') return text;
  throw new UnsendableError(payload === undefined ? 'There is no payload.' : `A ${typeof payload} cannot be written as JSON.`);
}

function finite(property: string, value: unknown): unknown {
  if (typeof value !== 'number' || Number.isFinite(value)) return value;
  const place = property === '' ? 'It' : `Its ${JSON.stringify(property.slice(0, 60))}`;
  throw new UnsendableError(`${place} is ${String(value)}, which JSON does not know.`);
}

/**
 * A payload as one line of text, without its end: texts and bytes as they are, everything else as JSON. Line ends in it become the
 * two characters `\n` or `\r`, so that a record stays a line.
 * @throws UnsendableError for what is neither text nor bytes, and what JSON cannot say
 */
export function textLine(payload: unknown): string {
  const text = typeof payload === 'number' || typeof payload === 'bigint' ? String(payload) : encode(payload).bytes.toString('utf8');
  return text.replace(/\r/g, '\\r').replace(/\n/g, '\\n');
}
