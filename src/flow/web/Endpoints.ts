import type { IncomingMessage, ServerResponse } from 'node:http';
import type { OfferedMessage } from '../../engine/Engine';
import { NoRoomError, RefusedError } from '../../engine/RefusedError';
import { ByteBudget, readBody, RequestAbortedError, RequestError, requestPayloads } from '../../engine/requests';
import type { PayloadFormat } from '../../plan/Plan';
import type { Clock } from '../../ports/Clock';
import { portable } from '../portable';
import type { Offer } from './RequestInput';

/** Requests that may be under way at once, at all endpoints together. */
export const MOST_REQUESTS = 1000;

/** Bytes of bodies that may be in memory at once, at all endpoints together. */
export const MOST_BODY_BYTES = 64 * 1024 * 1024;

/** ms that a request may wait until its records are taken: for the end of a deploy, for example. */
export const LONGEST_WAIT = 30_000;

/** ms that a request may wait for a graph that brings back what it was doing before a crash: that may take long. */
export const LONGEST_RECOVERY = 5000;

/** ms for which the rest of a refused body is thrown away, so that the client gets to read why. */
const LONGEST_DISCARD = 2000;

/** The longest topic that a request may give, in characters. */
const LONGEST_TOPIC = 1024;

/** One receiver's door. */
export interface Endpoint {
  /** Bytes that a body may have. */
  readonly bodyLimit: number;
  readonly format: PayloadFormat;
  /** Seconds after which there is likely to be room again. */
  retryAfter(): number;
  /** Whether its graph is being brought back from the disk, or waits for another process to let go of it. */
  isRecovering(): boolean;
  offer(messages: readonly OfferedMessage[]): Offer;
}

/** What tells to which endpoint a request goes; the address is below the root of the flows' web server. */
interface Addressed {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
}

/** A request as a web server with body parsers in front may hand it on. */
interface ParsedRequest extends IncomingMessage {
  readonly body?: unknown;
}

/**
 * The endpoints of all receivers on Node-RED's own web server: `POST <path>` becomes records. The answer comes when these are
 * taken: 202 with their number. Otherwise it says in JSON what is wrong (`{error}`): 400, 408, 413 and 415 for what the
 * request brings, 429 while the receiver has no room, 503 while its graph does not run or takes long to recover; the last two
 * with `Retry-After`. A client that gets no answer sends again, and what it sent may then be there twice: nothing is promised
 * of an `Idempotency-Key`.
 *
 * How many requests and bytes there may be at once is bounded, since everybody can send some.
 */
export class Endpoints {
  readonly #clock: Clock;
  readonly #memory = new ByteBudget(MOST_BODY_BYTES);
  #endpoints: ReadonlyMap<string, Endpoint> = new Map();
  #requests = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** From now on these are the endpoints, by path. Requests that are under way go on. */
  set(endpoints: ReadonlyMap<string, Endpoint>): void {
    this.#endpoints = endpoints;
  }

  /** Requests that are under way. */
  get open(): number {
    return this.#requests;
  }

  /** Bytes of bodies in memory. */
  get bytes(): number {
    return this.#memory.used;
  }

  /** Whether a request is for one of the endpoints. */
  isFor(request: Addressed): boolean {
    return request.method === 'POST' && this.#endpoints.has(pathOf(request));
  }

  /** Answers a request for which `isFor` is true. Never rejects. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = pathOf(request);
    const endpoint = this.#endpoints.get(path);
    if (endpoint === undefined) {
      this.#refuse(request, response, new RequestError(404, 'There is no such endpoint.'));
      return;
    }
    if (this.#requests >= MOST_REQUESTS) {
      this.#refuse(request, response, new RequestError(503, `${String(MOST_REQUESTS)} requests are under way already.`, 1));
      return;
    }
    this.#requests++;
    const memory = this.#memory.share();
    try {
      const topic = topicOf(request, path);
      const payloads = await this.#payloads(request, endpoint, memory);
      // While the body came a deploy may have changed the endpoint, or taken it away.
      const present = this.#endpoints.get(path);
      if (present === undefined) throw new RequestError(404, 'The endpoint has been removed.');
      await this.#take(payloads.map((payload) => ({ payload: portable(payload), topic })), present, response);
      answer(response, 202, { taken: payloads.length });
    } catch (thrown) {
      if (!(thrown instanceof RequestAbortedError)) this.#refuse(request, response, thrown, endpoint);
    } finally {
      memory.release();
      this.#requests--;
    }
  }

  #payloads(request: ParsedRequest, endpoint: Endpoint, memory: ReturnType<ByteBudget['share']>): Promise<unknown[]> {
    // A parser that somebody put in front of Node-RED has read the body: then what it made of it is the payload.
    if (request.readableEnded) return Promise.resolve([request.body]);
    const { bodyLimit, format } = endpoint;
    return readBody(request, { size: bodyLimit, memory, clock: this.#clock }).then((body) =>
      requestPayloads(body, request.headers['content-type'], format),
    );
  }

  async #take(messages: readonly OfferedMessage[], endpoint: Endpoint, response: ServerResponse): Promise<void> {
    if (messages.length === 0) return;
    const { taken, cancel } = endpoint.offer(messages);
    let late: (reason: Error) => void = () => undefined;
    const tooLate = new Promise<never>((_resolve, reject) => {
      late = reject;
    });
    const giveUp = (what: string, retryAfter: number): void => {
      const reason = new RequestError(503, what, retryAfter);
      cancel(reason);
      late(reason);
    };
    let timer = this.#clock.schedule(LONGEST_RECOVERY, () => {
      if (endpoint.isRecovering()) {
        giveUp('The graph is being brought back from its checkpoint. Nothing of this request was taken.', LONGEST_RECOVERY / 1000);
        return;
      }
      timer = this.#clock.schedule(LONGEST_WAIT - LONGEST_RECOVERY, () => {
        giveUp(`The records were not taken within ${String(LONGEST_WAIT / 1000)} s.`, endpoint.retryAfter());
      });
    });
    const onClose = (): void => {
      // What nobody took stays with the client, who will not hear of it.
      cancel(new RequestAbortedError());
    };
    response.on('close', onClose);
    try {
      await Promise.race([taken, tooLate]);
    } finally {
      timer.cancel();
      response.off('close', onClose);
    }
  }

  #refuse(request: IncomingMessage, response: ServerResponse, thrown: unknown, endpoint?: Endpoint): void {
    const text = thrown instanceof Error ? thrown.message : String(thrown);
    const { status, retryAfter, taken } = verdict(thrown, endpoint);
    // A body that was not read to its end makes the connection useless for another request.
    const unread = !request.readableEnded;
    answer(response, status, { error: text, ...(taken === undefined ? {} : { taken }) }, {
      ...(retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) }),
      ...(unread ? { Connection: 'close' } : {}),
    });
    if (!unread) return;
    request.on('error', () => undefined);
    request.resume();
    const timer = this.#clock.schedule(LONGEST_DISCARD, () => {
      request.destroy();
    });
    response.once('close', () => {
      timer.cancel();
    });
  }
}

interface Verdict {
  readonly status: number;
  readonly retryAfter: number | undefined;
  /** How many records, from the first on, were taken all the same. */
  readonly taken?: number;
}

function verdict(thrown: unknown, endpoint: Endpoint | undefined): Verdict {
  if (thrown instanceof RequestError) return thrown;
  // A payload that cannot travel: it came from somebody else's parser.
  if (thrown instanceof RangeError) return { status: 400, retryAfter: undefined };
  const retryAfter = endpoint?.retryAfter() ?? 1;
  if (thrown instanceof NoRoomError) return { status: 429, retryAfter, taken: thrown.accepted };
  return { status: 503, retryAfter, ...(thrown instanceof RefusedError ? { taken: thrown.accepted } : {}) };
}

function answer(response: ServerResponse, status: number, content: object, headers: Readonly<Record<string, string>> = {}): void {
  if (response.headersSent || response.destroyed) return;
  const text = JSON.stringify(content);
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...headers,
  });
  response.end(text);
}

/** The path below the root of the flows' web server, without slashes at its ends. */
function pathOf({ url = '' }: Addressed): string {
  const end = url.indexOf('?');
  return (end < 0 ? url : url.slice(0, end)).replace(/^\/|\/$/g, '');
}

function topicOf({ url = '' }: Addressed, path: string): string {
  const start = url.indexOf('?');
  const topic = (start < 0 ? null : new URLSearchParams(url.slice(start + 1)).get('topic')) ?? path;
  if (topic.length > LONGEST_TOPIC) {
    throw new RequestError(400, `The topic has ${String(topic.length)} characters; ${String(LONGEST_TOPIC)} are allowed.`);
  }
  return topic;
}
