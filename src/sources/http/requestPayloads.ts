import { DecodeError, type DecodeFormat, decodePayload, JSON_SIZE_LIMIT } from '../decode';
import { RequestError } from './RequestError';

/** The most records that one request may bring. */
export const MOST_LINES = 10_000;

const NEWLINE = 0x0a;

/**
 * The payloads that a body brings: one, or one for each line that is not empty where the content type is newline-delimited
 * JSON (`application/x-ndjson`, `application/ndjson`, `application/jsonl`). They stay bytes, to be read in the graph in the
 * receiver's format; only where the content type says text, and the format is to be found out, they are text.
 *
 * What says of itself that it is JSON, or has to be by the receiver's format, is checked here, so that the sender hears of it.
 * @throws RequestError 400 not JSON or not text, 413 too many lines, 415 a content type or character set that is not taken
 */
export function requestPayloads(body: Buffer, contentType: string | undefined, format: DecodeFormat): unknown[] {
  const { type, charset } = parsed(contentType);
  if (type.startsWith('multipart/')) {
    throw new RequestError(415, 'Forms with several parts are not taken; send the content itself.');
  }
  const lines = ['application/x-ndjson', 'application/ndjson', 'application/jsonl', 'application/x-jsonlines'].includes(type);
  const json = lines || type === 'application/json' || type === 'text/json' || type.endsWith('+json');
  const text = json || type.startsWith('text/');
  if (text && !['utf-8', 'utf8', 'us-ascii', ''].includes(charset)) {
    throw new RequestError(415, `The character set ${charset.slice(0, 40)} is not taken; send UTF-8.`);
  }
  const payloads = lines ? linesOf(body) : [body];
  if (format !== 'buffer' && (json || format !== 'auto')) {
    const checked = json ? 'json' : format;
    for (const [index, payload] of payloads.entries()) check(payload, checked, lines ? `Line ${String(index + 1)}: ` : '');
  }
  if (format !== 'auto' || json) return payloads;
  if (text) return [check(body, 'text', '')];
  // The graph would refuse a large one that turns out to be JSON, and the sender would never know.
  if (body.length > JSON_SIZE_LIMIT) check(body, 'auto', '');
  return payloads;
}

/** The media type and its character set, in small letters; '' for what is not given. */
function parsed(contentType = ''): { readonly type: string; readonly charset: string } {
  const [type = '', ...parameters] = contentType.toLowerCase().split(';').map((part) => part.trim());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length) ?? '';
  return { type, charset: charset.replace(/^"|"$/g, '') };
}

function linesOf(body: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let from = 0; from < body.length; ) {
    const found = body.indexOf(NEWLINE, from);
    const end = found < 0 ? body.length : found;
    const line = body.subarray(from, end);
    from = end + 1;
    if (line.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d)) continue;
    if (lines.length === MOST_LINES) {
      throw new RequestError(413, `A request may bring ${String(MOST_LINES)} lines at most; send several requests.`);
    }
    lines.push(line);
  }
  return lines;
}

/** @returns the value, for those who need it */
function check(payload: Buffer, format: DecodeFormat, where: string): unknown {
  try {
    return decodePayload(payload, format);
  } catch (thrown) {
    if (thrown instanceof DecodeError) throw new RequestError(400, where + thrown.message);
    throw thrown;
  }
}
