import type { Context } from '../../../../src/expressions/Context';
import { seededRandom } from '../../../../src/expressions/random';
import type { LogLine } from './messages';
import { showValue } from './showValue';

/** The most lines of log that are shown. */
const MOST_LINES = 20;

/** `ctx` in the preview: what would go to Node-RED's log is collected, and environment variables are not known. */
export class PreviewContext implements Context {
  readonly batchTime: number;
  readonly lines: LogLine[] = [];
  /** Names that were asked for. */
  readonly variables = new Set<string>();
  #draw: () => number = () => 0;

  constructor(batchTime: number) {
    this.batchTime = batchTime;
    // User code may take these off `ctx`: `const { random } = ctx`.
    this.env = this.env.bind(this);
    this.log = this.log.bind(this);
    this.warn = this.warn.bind(this);
    this.random = this.random.bind(this);
  }

  /** Another record is at hand: what it draws does not depend on the records beside it. */
  begin(index: number): void {
    this.#draw = seededRandom(`preview/${String(this.batchTime)}/${String(index)}`);
  }

  env(name: unknown): undefined {
    if (this.variables.size < MOST_LINES) this.variables.add((typeof name === 'string' ? name : showValue(name)).slice(0, 100));
    return undefined;
  }

  log(text: unknown): void {
    this.#write('log', text);
  }

  warn(text: unknown): void {
    this.#write('warn', text);
  }

  random(): number {
    return this.#draw();
  }

  #write(level: LogLine['level'], text: unknown): void {
    if (this.lines.length >= MOST_LINES) return;
    this.lines.push({ level, text: typeof text === 'string' ? text.slice(0, 500) : showValue(text).slice(0, 500) });
  }
}
