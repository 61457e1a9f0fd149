import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { ChildProcess } from './ChildProcess';
import type { Exit } from './ChildProcess';
import { freePort } from './freePort';

/** How long mosquitto may take until it listens: ms. */
const LONGEST_START = 10_000;

/** Where systems keep it that do not show `sbin` to ordinary users. */
const FURTHER_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/sbin'];

/** @throws where it is not installed, with the way out */
function findMosquitto(): string {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...FURTHER_FOLDERS];
  const found = folders.map((folder) => join(folder, 'mosquitto')).find((file) => existsSync(file));
  if (found === undefined) {
    throw new Error('mosquitto is not installed. On Debian and Ubuntu: apt-get install mosquitto');
  }
  return found;
}

/** A real mosquitto, on a free port of 127.0.0.1, with its data in a temporary folder. */
export class Mosquitto {
  readonly port: number;
  readonly #folder: string;
  #process: ChildProcess;

  private constructor(process: ChildProcess, port: number, folder: string) {
    this.#process = process;
    this.port = port;
    this.#folder = folder;
  }

  /**
   * @param lines added to mosquitto.conf, for example `max_queued_messages 0` (no limit)
   * @param options.quiet keep no line for each message in the log: for tests with very many
   */
  static async start(lines: readonly string[] = [], options: { readonly quiet?: boolean } = {}): Promise<Mosquitto> {
    const command = findMosquitto();
    const folder = await mkdtemp(join(tmpdir(), 'dstream-mosquitto-'));
    const port = await freePort();
    const configuration = [
      `listener ${String(port)} 127.0.0.1`,
      'allow_anonymous true',
      'persistence true',
      `persistence_location ${folder}/`,
      'autosave_interval 1',
      'log_dest stderr',
      ...(options.quiet === true ? ['error', 'warning', 'notice', 'information'] : ['all']).map((type) => `log_type ${type}`),
      // As root, mosquitto would change to its own user, who may not write to the folder.
      ...(process.getuid?.() === 0 ? ['user root'] : []),
      ...lines,
    ];
    await writeFile(join(folder, 'mosquitto.conf'), `${configuration.join('\n')}\n`);
    const mosquitto = new Mosquitto(launch(command, folder), port, folder);
    try {
      await mosquitto.#listening();
    } catch (error) {
      await mosquitto.stop();
      throw error;
    }
    return mosquitto;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${String(this.port)}`;
  }

  get log(): readonly string[] {
    return this.#process.lines;
  }

  /** Ends mosquitto and starts it again at the same address, with the data it has saved. `kill`: without warning. */
  async restart(how: 'stop' | 'kill' = 'stop'): Promise<void> {
    await (how === 'stop' ? this.#process.stop() : this.#process.kill());
    await this.resume();
  }

  /** Ends mosquitto until `resume`, and keeps its data. */
  suspend(): Promise<Exit> {
    return this.#process.stop();
  }

  async resume(): Promise<void> {
    this.#process = launch(findMosquitto(), this.#folder);
    await this.#listening();
  }

  async stop(): Promise<Exit> {
    const exit = await this.#process.stop();
    await rm(this.#folder, { recursive: true, force: true });
    return exit;
  }

  async #listening(): Promise<void> {
    await this.#process.line(/mosquitto version .* running/, LONGEST_START);
  }
}

function launch(command: string, folder: string): ChildProcess {
  return new ChildProcess(command, ['-c', join(folder, 'mosquitto.conf')]);
}
