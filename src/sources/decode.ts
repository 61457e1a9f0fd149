import { isUtf8 } from 'node:buffer';

/** The formats a receiver can be told to read payloads in; see `decodePayload`. */
export type DecodeFormat = 'auto' | 'json' | 'text' | 'buffer';

/** JSON nested deeper than this is refused: whatever walks the value later would be at risk. */
export const JSON_DEPTH_LIMIT = 512;

/** JSON larger than this (bytes, or characters of a text) is refused unless another limit is given. */
export const JSON_SIZE_LIMIT = 1024 * 1024;

/** A payload that cannot be read in the format that was asked for. */
export class DecodeError extends Error {
  constructor(what: string, beginning: string) {
    super(`${what} The payload begins with "${beginning}".`);
    this.name = 'DecodeError';
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BYTE_ORDER_MARK = '\uFEFF';

/** The first 40 characters that can be shown. */
function beginning(text: string): string {
  return text
    .slice(0, 160)
    .replace(/[\p{C}\uFFFD]/gu, '')
    .slice(0, 40);
}

/** The bytes as a Buffer over the same memory. */
function view(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The bytes in memory of their own: a view into a larger block would keep the whole block alive while it waits in a window. */
function ownBytes(bytes: Uint8Array): Buffer {
  if (bytes.byteLength === bytes.buffer.byteLength) return view(bytes);
  const result = Buffer.allocUnsafeSlow(bytes.byteLength);
  result.set(bytes);
  return result;
}

/** Whether JSON is nested too deeply. */
function tooDeep(text: string): boolean {
  const length = text.length;
  // Fewer characters than levels cannot be nested that deeply.
  if (length <= JSON_DEPTH_LIMIT) return false;
  let depth = 0;
  let inString = false;
  for (let index = 0; index < length; index++) {
    const code = text.charCodeAt(index);
    if (inString) {
      if (code === BACKSLASH) index++;
      else if (code === QUOTE) inString = false;
    } else if (code === QUOTE) {
      inString = true;
    } else if (code === 0x7b || code === 0x5b) {
      if (++depth > JSON_DEPTH_LIMIT) return true;
    } else if (code === 0x7d || code === 0x5d) {
      depth--;
    }
  }
  return false;
}

function refuseLarge(size: number, limit: number, text: string): void {
  if (size <= limit) return;
  throw new DecodeError(
    `JSON of ${String(size)} bytes is larger than the limit of ${String(limit)}; ` +
      'send smaller messages or choose the format text or buffer.',
    beginning(text),
  );
}

function refuseDeep(text: string): void {
  if (!tooDeep(text)) return;
  throw new DecodeError(
    `JSON nested more than ${String(JSON_DEPTH_LIMIT)} levels deep is refused; send a flatter value.`,
    beginning(text),
  );
}

function parse(text: string, limit: number): unknown {
  refuseLarge(text.length, limit, text);
  refuseDeep(text);
  try {
    return JSON.parse(text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text) as unknown;
  } catch {
    const what = text.trim() === '' ? 'An empty payload is not JSON.' : 'The payload is not valid JSON.';
    throw new DecodeError(what, beginning(text));
  }
}

/** The text of bytes that are UTF-8, or undefined. */
function textOf(bytes: Buffer): string | undefined {
  const text = bytes.toString('utf8');
  // A replacement character may be part of the text, or stand for bytes that are none.
  return text.includes('\uFFFD') && !isUtf8(bytes) ? undefined : text;
}

/** The first byte of what is to be read, past white space and a byte order mark; -1 where there is none. */
function firstByte(bytes: Uint8Array): number {
  let index = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  for (; index < bytes.length; index++) {
    const byte = bytes[index] ?? -1;
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
  }
  return -1;
}

/** Whether JSON can begin with this byte: `{ [ " - 0…9 t f n`. */
function beginsJson(byte: number): boolean {
  return (
    byte === 0x7b ||
    byte === 0x5b ||
    byte === QUOTE ||
    byte === 0x2d ||
    (byte >= 0x30 && byte <= 0x39) ||
    byte === 0x74 ||
    byte === 0x66 ||
    byte === 0x6e
  );
}

function decodeAutomatically(bytes: Uint8Array, limit: number): unknown {
  const buffer = view(bytes);
  const first = firstByte(bytes);
  const text = textOf(buffer);
  if (text === undefined) return ownBytes(bytes);
  if (!beginsJson(first)) return text;
  // A long text that starts with a digit or a letter is no JSON value anybody sends; a long object or array is.
  const structure = first === 0x7b || first === 0x5b;
  if (bytes.length > limit && !structure) return text;
  refuseLarge(bytes.length, limit, text);
  refuseDeep(text);
  try {
    return JSON.parse(text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text) as unknown;
  } catch {
    return text;
  }
}

function decodeBytes(bytes: Uint8Array, format: DecodeFormat, limit: number): unknown {
  if (format === 'auto') return decodeAutomatically(bytes, limit);
  if (format === 'buffer') return ownBytes(bytes);
  const buffer = view(bytes);
  if (format === 'json') refuseLarge(bytes.length, limit, buffer.toString('utf8', 0, 160));
  const text = textOf(buffer);
  if (text === undefined) {
    throw new DecodeError(
      `The payload is not ${format === 'json' ? 'JSON' : 'text'}: its ${String(bytes.length)} bytes are not UTF-8.`,
      beginning(buffer.toString('latin1', 0, 160)),
    );
  }
  return format === 'json' ? parse(text, limit) : text;
}

function jsonText(value: unknown): string {
  if (value === undefined) return '';
  try {
    // Functions and symbols have no JSON text, whatever the type says.
    const text = JSON.stringify(value) as string | undefined;
    return text ?? '';
  } catch (error) {
    throw new DecodeError(
      `The payload cannot be written as text: ${error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : ''}.`,
      Object.prototype.toString.call(value),
    );
  }
}

/**
 * The value that a received payload stands for.
 * - bytes: `json` their value, `text` their text, `buffer` themselves (in memory of their own); `auto` the value where they
 *   are JSON, else the text where they are UTF-8, else the bytes
 * - text: `json` its value, `buffer` its UTF-8 bytes, otherwise itself
 * - any other value, as it comes over a wire: `text` and `buffer` its JSON text and the bytes of that, otherwise itself
 *
 * A `__proto__` in JSON is a property like any other.
 * @param limit the largest JSON that is read, in bytes
 * @throws DecodeError where the payload is not what `format` says, or is JSON beyond the limits of size or depth (512)
 */
export function decodePayload(payload: unknown, format: DecodeFormat, limit = JSON_SIZE_LIMIT): unknown {
  if (payload instanceof Uint8Array) return decodeBytes(payload, format, limit);
  if (typeof payload === 'string') {
    if (format === 'json') return parse(payload, limit);
    return format === 'buffer' ? Buffer.from(payload, 'utf8') : payload;
  }
  if (format === 'text') return jsonText(payload);
  if (format === 'buffer') return Buffer.from(jsonText(payload), 'utf8');
  return payload;
}
