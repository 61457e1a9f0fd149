import { join } from 'node:path';
import { ChildProcess } from '../../test/support/ChildProcess';
import { ask } from './questions';
import type { LoadReport, LoadRequest } from './writer';

/** The process that publishes. */
export class Load {
  readonly #process = new ChildProcess(process.execPath, [join(__dirname, 'writer.js')], { channel: true });

  /** Publishes, and resolves when the broker has everything (of quality of service 0: when it has left this machine's hands). */
  publish(request: LoadRequest): Promise<LoadReport> {
    return ask(this.#process, request);
  }

  async stop(): Promise<void> {
    await this.#process.stop();
  }
}
