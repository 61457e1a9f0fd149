import http from 'node:http';
import https from 'node:https';
import type { Clock } from '../../ports/Clock';
import type { Random } from '../../ports/Random';
import { encode, type Encoded, UnsendableError } from '../encode';
import { unsendable } from '../refusals';
import { backOff, retryText, Waits } from '../retry';
import type { Settled, Sink, SinkHost, SinkProblem, SinkRecord, SinkStatus } from '../Sink';
import { type Answer, judge, noAnswer, TimeoutError, type Verdict } from './answers';
import type { HttpSinkOptions } from './HttpSinkOptions';

/** Requests that may be under way at once, and so connections. */
const LANES = 4;

/** Bytes of an answer that are read away; the connection of a longer one is closed. */
const LONGEST_ANSWER = 65_536;

const CONTENT_TYPES: Readonly<Record<Encoded['kind'], string>> = {
  bytes: 'application/octet-stream',
  text: 'text/plain; charset=utf-8',
  json: 'application/json',
};

/**
 * Posts each record to one address, and again until the server has answered. Records of one key go one after the other,
 * others beside them. Redirects are not followed, so a header that logs in goes nowhere else; proxies are not used.
 */
export class HttpSink implements Sink {
  readonly #options: HttpSinkOptions;
  readonly #host: SinkHost;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #url: URL;
  readonly #agent: http.Agent;
  readonly #waits: Waits;
  readonly #requests = new Set<http.ClientRequest>();
  #stopped = false;
  #status: SinkStatus | undefined;
  /** The kinds of problems told since the last success, so that each is told once. */
  readonly #told = new Set<string>();

  /** @param random spreads the attempts of many clients after a server restarts */
  constructor(options: HttpSinkOptions, host: SinkHost, clock: Clock, random: Random = Math.random) {
    this.#options = options;
    this.#host = host;
    this.#clock = clock;
    this.#random = random;
    this.#url = new URL(options.url);
    this.#waits = new Waits(clock);
    const Agent = this.#isSecure ? https.Agent : http.Agent;
    this.#agent = new Agent({ keepAlive: true, maxSockets: LANES });
  }

  start(): void {
    // There is nothing to open before there is something to send.
  }

  async deliver(records: readonly SinkRecord[], settled: Settled): Promise<void> {
    await Promise.all(inLanes(records).map((lane) => this.#deliverInTurn(lane, settled)));
  }

  stop(): Promise<void> {
    this.#stopped = true;
    this.#waits.end();
    for (const request of this.#requests) request.destroy();
    this.#agent.destroy();
    return Promise.resolve();
  }

  get #isSecure(): boolean {
    return this.#url.protocol === 'https:';
  }

  async #deliverInTurn(records: readonly SinkRecord[], settled: Settled): Promise<void> {
    for (const record of records) {
      if (this.#stopped) return;
      const refusal = await this.#send(record);
      // Stopped before it arrived: neither settled nor refused.
      if (refusal === 'stopped') return;
      settled(record, refusal);
    }
  }

  /** Sends one record until it has arrived or is refused for good. */
  async #send(record: SinkRecord): Promise<SinkProblem | 'stopped' | undefined> {
    let body: Encoded;
    try {
      body = encode(record.payload);
    } catch (error) {
      if (error instanceof UnsendableError) return unsendable(error.message);
      throw error;
    }
    for (let failures = 1; ; failures++) {
      const verdict = await this.#attempt(body, record.id);
      if (verdict.kind === 'arrived') {
        this.#told.clear();
        this.#report({ state: 'running', text: 'sending' });
        return undefined;
      }
      if (this.#isStopped()) return 'stopped';
      if (verdict.kind === 'refused') return verdict.problem;
      const pause = Math.max(verdict.atLeast, backOff(failures, this.#random));
      this.#tell(verdict.problem);
      this.#report({ state: verdict.isLasting ? 'failed' : 'waiting', text: `${verdict.text}, ${retryText(this.#clock.now() + pause)}` });
      await this.#waits.wait(pause);
      if (this.#isStopped()) return 'stopped';
    }
  }

  /** One attempt; a second one at once where a connection was closed just when it was to be used again. */
  async #attempt(body: Encoded, id: string): Promise<Verdict> {
    const now = (): number => this.#clock.now();
    for (let again = false; ; again = true) {
      try {
        return judge(await this.#post(body, id), this.#url.host, now());
      } catch (thrown) {
        const error = thrown as NodeJS.ErrnoException & { readonly wasReused?: boolean };
        if (!again && error.wasReused === true && error.code === 'ECONNRESET' && !this.#stopped) continue;
        return noAnswer(error, this.#url.host, this.#options.timeout);
      }
    }
  }

  #post(body: Encoded, id: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const request = (this.#isSecure ? https : http).request(this.#url, {
        method: 'POST',
        agent: this.#agent,
        headers: {
          'content-type': CONTENT_TYPES[body.kind],
          'user-agent': 'node-red-dstream',
          ...this.#options.headers,
          'content-length': body.bytes.length,
          'idempotency-key': id,
        },
      });
      let answer: Answer | undefined;
      const timer = this.#clock.schedule(this.#options.timeout, () => {
        request.destroy(new TimeoutError());
      });
      this.#requests.add(request);
      request.on('response', (response) => {
        answer = { status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] };
        let length = 0;
        response.on('data', (chunk: Buffer) => {
          length += chunk.length;
          if (length > LONGEST_ANSWER) request.destroy();
        });
        // An answer that is cut off has said what matters: its status.
        response.on('error', () => undefined);
      });
      let failure: Error | undefined;
      request.on('error', (error) => {
        failure = Object.assign(error, { wasReused: request.reusedSocket });
      });
      request.once('close', () => {
        timer.cancel();
        this.#requests.delete(request);
        if (answer !== undefined) resolve(answer);
        else reject(failure ?? new Error('the connection was closed'));
      });
      request.end(body.bytes);
    });
  }

  /** Asked anew: it may have changed while something was awaited. */
  #isStopped(): boolean {
    return this.#stopped;
  }

  #report(status: SinkStatus): void {
    if (this.#stopped || (status.state === this.#status?.state && status.text === this.#status.text)) return;
    this.#status = status;
    this.#host.status(status);
  }

  #tell(problem: SinkProblem): void {
    if (this.#stopped || this.#told.has(problem.code)) return;
    this.#told.add(problem.code);
    this.#host.problem(problem);
  }
}

/** Records in lanes that do not wait for each other; those of one key share one, in their order. */
function inLanes(records: readonly SinkRecord[]): SinkRecord[][] {
  const lanes: SinkRecord[][] = [];
  const laneOf = new Map<SinkRecord['key'], SinkRecord[]>();
  for (const record of records) {
    let lane = laneOf.get(record.key);
    if (lane === undefined) {
      const place = laneOf.size % LANES;
      lane = lanes[place] ??= [];
      laneOf.set(record.key, lane);
    }
    lane.push(record);
  }
  return lanes;
}
