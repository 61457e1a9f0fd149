import { join } from 'node:path';
import { ChildProcess } from '../ChildProcess';

export interface PublisherOptions {
  readonly url: string;
  /** The sensor's name follows as a further level. */
  readonly topic: string;
  readonly qos: 1 | 2;
  /** Messages a second; 0: as many as the broker takes. */
  readonly rate: number;
  readonly sensors: number;
  /** Letters, digits and hyphens. */
  readonly producer: string;
  /** The file of the ledger. */
  readonly ledger: string;
  readonly seed: number;
  /** The most messages altogether. */
  readonly count: number;
  /** The most messages that the broker has not taken over yet. */
  readonly inFlight: number;
  /** Whether the broker is to keep the last message of each sensor for those who subscribe later. */
  readonly retain: boolean;
}

/** Room for what waits while the machine is busy, at the rates of these tests. */
const IN_FLIGHT = 1000;

/** The publisher's process. */
export class Publishing {
  readonly #process: ChildProcess;

  constructor(options: Omit<PublisherOptions, 'count' | 'inFlight' | 'retain'> & Partial<PublisherOptions>) {
    const complete = { count: Number.MAX_SAFE_INTEGER, inFlight: IN_FLIGHT, retain: false, ...options };
    this.#process = new ChildProcess(process.execPath, [join(__dirname, 'publisher.js'), JSON.stringify(complete)], { channel: true });
  }

  /** Ends publishing. Resolves with how many messages the broker has taken over. @throws where it has not taken over all of them */
  stop(): Promise<number> {
    this.#process.signal('SIGTERM');
    return this.finished();
  }

  /** Ends it at once, where nobody asks for its ledger any more. */
  async kill(): Promise<void> {
    await this.#process.kill();
  }

  /** Resolves when all messages are published. */
  async finished(): Promise<number> {
    const { code } = await this.#process.exited();
    const published = /^published (\d+)$/.exec(this.#process.lines.at(-1) ?? '')?.[1];
    if (code !== 0 || published === undefined) {
      throw new Error(`The publisher has failed, so its ledger proves nothing:\n${this.#process.lastLines()}`);
    }
    return Number(published);
  }
}
