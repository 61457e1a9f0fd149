import { spawn } from 'node:child_process';
import type { ChildProcess as NodeChildProcess } from 'node:child_process';

/** How long a process may take to end after SIGTERM before it is killed: ms. */
const LONGEST_STOP = 10_000;

/** How the process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const running = new Set<NodeChildProcess>();
process.on('exit', () => {
  for (const child of running) {
    child.kill('SIGKILL');
  }
});

/** A program that a test has started: its lines are kept, and it never outlives the test's process. */
export class ChildProcess {
  /** Everything it printed, line by line, standard error included. */
  readonly lines: string[] = [];
  readonly #child: NodeChildProcess;
  readonly #exited: Promise<Exit>;
  #exit: Exit | undefined;
  #rest = '';
  #watchers: (() => void)[] = [];

  /** @param options.channel opens an IPC channel, which the program may watch to end with the test */
  constructor(
    command: string,
    parameters: readonly string[],
    options: { readonly cwd?: string; readonly environment?: Readonly<Record<string, string>>; readonly channel?: boolean } = {},
  ) {
    this.#child = spawn(command, parameters, {
      cwd: options.cwd,
      env: { ...process.env, ...options.environment },
      stdio: ['ignore', 'pipe', 'pipe', ...(options.channel === true ? (['ipc'] as const) : [])],
    });
    running.add(this.#child);
    this.#exited = new Promise((resolve) => {
      const end = (exit: Exit): void => {
        this.#exit ??= exit;
        running.delete(this.#child);
        this.#notify();
        resolve(this.#exit);
      };
      this.#child.once('error', (error) => {
        this.lines.push(error.message);
        end({ code: null, signal: null });
      });
      this.#child.once('close', (code, signal) => {
        end({ code, signal });
      });
    });
    this.#child.stdout?.setEncoding('utf8').on('data', this.#take);
    this.#child.stderr?.setEncoding('utf8').on('data', this.#take);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** How it ended; undefined while it runs. */
  get exit(): Exit | undefined {
    return this.#exit;
  }

  /** Resolves when the process has ended and everything it printed was read. */
  exited(): Promise<Exit> {
    return this.#exited;
  }

  /**
   * Sends a message over the channel (needs `options.channel`); resolves with the next one that comes back.
   * @throws when the process ends before, with the last lines printed
   */
  ask(message: object): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#child.once('message', resolve);
      void this.#exited.then(() => {
        reject(new Error(`The process ended before it answered. Its last lines:\n${this.lastLines()}`));
      });
      this.#child.send(message);
    });
  }

  /** Sends a signal without waiting for its effect. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends the process: SIGTERM first, SIGKILL when that was not enough. */
  async stop(): Promise<Exit> {
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), LONGEST_STOP);
    const exit = await this.#exited;
    clearTimeout(timer);
    return exit;
  }

  /** Kills the process, and waits until it is gone. */
  kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<Exit> {
    this.#child.kill(signal);
    return this.#exited;
  }

  /**
   * The first line that matches, from line number `from` on, as soon as it is printed.
   * @param limit ms
   * @throws when the process ends or the time is over before, with the last lines printed
   */
  async line(pattern: RegExp, limit: number, from = 0): Promise<string> {
    let next = from;
    const find = (): string | undefined => {
      for (; next < this.lines.length; next++) {
        const line = this.lines[next] ?? '';
        if (pattern.test(line)) {
          return line;
        }
      }
      return undefined;
    };
    const end = Date.now() + limit;
    for (;;) {
      const found = find();
      if (found !== undefined) {
        return found;
      }
      if (this.#exit !== undefined || Date.now() >= end) {
        const why = this.#exit === undefined ? `within ${String(limit)} ms` : 'before the process ended';
        throw new Error(`No line matched ${String(pattern)} ${why}. The last lines:\n${this.lastLines()}`);
      }
      await this.#change(end - Date.now());
    }
  }

  lastLines(count = 30): string {
    return this.lines.slice(-count).join('\n');
  }

  #change(limit: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, limit);
      this.#watchers.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #notify(): void {
    for (const resume of this.#watchers.splice(0)) {
      resume();
    }
  }

  readonly #take = (chunk: string): void => {
    const parts = (this.#rest + chunk).split('\n');
    this.#rest = parts.pop() ?? '';
    this.lines.push(...parts);
    this.#notify();
  };
}
