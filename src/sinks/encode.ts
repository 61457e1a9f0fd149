/** A payload as bytes, and what they are. */
export interface Encoded {
  readonly bytes: Buffer;
  readonly kind: 'bytes' | 'text' | 'json';
}

/** The payload is nothing that could be sent. */
export class UnsendableError extends Error {
  override readonly name = 'UnsendableError';
}

/**
 * Bytes and texts as they are, everything else as JSON.
 * @throws UnsendableError for what JSON cannot say: nothing at all, functions, circles, whole numbers of the kind `1n`
 */
export function encode(payload: unknown): Encoded {
  if (typeof payload === 'string') return { bytes: Buffer.from(payload, 'utf8'), kind: 'text' };
  if (ArrayBuffer.isView(payload)) {
    return { bytes: Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength), kind: 'bytes' };
  }
  return { bytes: Buffer.from(json(payload), 'utf8'), kind: 'json' };
}

function json(payload: unknown): string {
  let text: unknown;
  try {
    text = JSON.stringify(payload);
  } catch (error) {
    throw new UnsendableError(error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : 'It cannot be written as JSON.');
  }
  if (typeof text === 'string') return text;
  throw new UnsendableError(payload === undefined ? 'There is no payload.' : `A ${typeof payload} cannot be written as JSON.`);
}
