import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { until } from '../until';

/** A mosquitto broker in a process of its own. Its tests fail, and are not left out, where mosquitto is not installed. */
export class Mosquitto {
  readonly port: number;
  readonly #directory = mkdtempSync(join(tmpdir(), 'mosquitto-test-'));
  #process: ChildProcess | undefined;

  private constructor(port: number) {
    this.port = port;
  }

  /** @param settings lines of its configuration */
  static async start(settings: readonly string[] = ['allow_anonymous true']): Promise<Mosquitto> {
    const broker = new Mosquitto(await freePort());
    const persistence = ['persistence true', `persistence_location ${broker.#directory}/`, 'autosave_interval 1'];
    // Started by root it would become another user, who may not write there.
    const user = `user ${userInfo().username}`;
    const lines = [user, `listener ${String(broker.port)} 127.0.0.1`, ...persistence, ...settings, ''];
    writeFileSync(join(broker.#directory, 'mosquitto.conf'), lines.join('\n'));
    await broker.run();
    return broker;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${String(this.port)}`;
  }

  async run(): Promise<void> {
    // Debian keeps servers where the search path of ordinary users does not go.
    const path = [process.env.PATH ?? '', '/usr/sbin', '/usr/local/sbin'].join(delimiter);
    const child = spawn('mosquitto', ['-c', join(this.#directory, 'mosquitto.conf')], {
      env: { ...process.env, PATH: path },
      stdio: 'ignore',
    });
    this.#process = child;
    let failure: Error | undefined;
    child.once('error', (error) => (failure = new Error('mosquitto cannot be started; these tests need it.', { cause: error })));
    let isListening = false;
    await until('mosquitto listens', () => {
      if (failure !== undefined) throw failure;
      if (child.exitCode !== null) throw new Error(`mosquitto ended with code ${String(child.exitCode)}.`);
      const probe = net.connect({ host: '127.0.0.1', port: this.port });
      probe.once('connect', () => {
        isListening = true;
        probe.destroy();
      });
      probe.once('error', () => undefined);
      return isListening;
    });
  }

  /** Ends the process: it saves its sessions when it may, and not with SIGKILL. */
  async end(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }

  async remove(): Promise<void> {
    await this.end('SIGKILL');
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
