import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import type { Clock } from '../../ports/Clock';
import type { ByteShare } from './ByteBudget';
import { RequestAbortedError, RequestError } from './RequestError';

/** ms in which a body has to be complete: whoever sends byte by byte must not hold a place for ever. */
export const LONGEST_BODY_TIME = 30_000;

/** Bytes that are made room for at first. */
const FIRST_ROOM = 4096;

/** Seconds after which there may be room for a body again. */
const RETRY_AFTER = 1;

/** How bodies may be packed, and what unpacks them into at most so many bytes. */
const UNPACKERS: Readonly<Record<string, (body: Buffer, options: { readonly maxOutputLength: number }) => Promise<Buffer>>> = {
  gzip: promisify<Buffer, { readonly maxOutputLength: number }, Buffer>(gunzip),
  'x-gzip': promisify<Buffer, { readonly maxOutputLength: number }, Buffer>(gunzip),
  deflate: promisify<Buffer, { readonly maxOutputLength: number }, Buffer>(inflate),
  br: promisify<Buffer, { readonly maxOutputLength: number }, Buffer>(brotliDecompress),
};

export interface BodyLimits {
  /** bytes, packed and unpacked */
  readonly size: number;
  /** What this body may hold of the memory for all; the caller gives it back. */
  readonly memory: ByteShare;
  readonly clock: Clock;
}

/**
 * The body of a request, unpacked. At no time does it hold more than the limit, however the body is cut into pieces and
 * whatever its headers promise.
 * @throws RequestError 400 not what it is said to be packed as, 408 too slow, 413 too large, 415 packed in an unknown way,
 *   503 no memory left
 * @throws RequestAbortedError where the client went away
 */
export async function readBody(request: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  const unpack = Object.hasOwn(UNPACKERS, encoding) ? UNPACKERS[encoding] : undefined;
  if (unpack === undefined && encoding !== 'identity') {
    throw new RequestError(415, `The content encoding ${encoding.slice(0, 40)} is not known; send gzip, deflate, br, or none.`);
  }
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > limits.size) throw tooLarge(limits.size);
  const body = await receive(request, limits);
  return unpack === undefined || body.length === 0 ? body : unpacked(body, unpack, encoding, limits);
}

function receive(request: IncomingMessage, { size, memory, clock }: BodyLimits): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // One block that grows, because a body may come in a million pieces, and each would cost more than it holds.
    let block = Buffer.alloc(0);
    let length = 0;
    const timer = clock.schedule(LONGEST_BODY_TIME, () => {
      finish(() => {
        reject(new RequestError(408, `The body was not complete after ${String(LONGEST_BODY_TIME / 1000)} s.`));
      });
    });
    const onData = (piece: Buffer): void => {
      if (length + piece.length > size) {
        finish(() => {
          reject(tooLarge(size));
        });
        return;
      }
      if (length + piece.length > block.length) {
        const room = Math.min(size, Math.max(FIRST_ROOM, 2 * block.length, length + piece.length));
        if (!memory.add(room - block.length)) {
          finish(() => {
            reject(noMemory());
          });
          return;
        }
        const larger = Buffer.allocUnsafeSlow(room);
        block.copy(larger, 0, 0, length);
        block = larger;
      }
      piece.copy(block, length);
      length += piece.length;
    };
    const onEnd = (): void => {
      finish(() => {
        resolve(block.subarray(0, length));
      });
    };
    const onClose = (): void => {
      finish(() => {
        reject(new RequestAbortedError());
      });
    };
    const finish = (settle: () => void): void => {
      timer.cancel();
      request.off('data', onData).off('end', onEnd).off('error', onClose).off('close', onClose);
      // An error may still come, and nobody else listens.
      request.on('error', () => undefined);
      settle();
    };
    request.on('data', onData).on('end', onEnd).on('error', onClose).on('close', onClose);
  });
}

async function unpacked(
  body: Buffer,
  unpack: (body: Buffer, options: { readonly maxOutputLength: number }) => Promise<Buffer>,
  encoding: string,
  { size, memory }: BodyLimits,
): Promise<Buffer> {
  // What it will be is known only afterwards.
  if (!memory.add(size)) throw noMemory();
  try {
    const result = await unpack(body, { maxOutputLength: size });
    memory.add(result.length - size);
    return result;
  } catch (thrown) {
    memory.add(-size);
    if ((thrown as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(size);
    throw new RequestError(400, `The body is not ${encoding}, as its header says: ${thrown instanceof Error ? thrown.message : String(thrown)}.`);
  }
}

function tooLarge(size: number): RequestError {
  return new RequestError(413, `The body is larger than the limit of ${String(size)} bytes; send less at once, or raise the limit of the receiver.`);
}

function noMemory(): RequestError {
  return new RequestError(503, 'Too many bodies are being received at the moment.', RETRY_AFTER);
}
