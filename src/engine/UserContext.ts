import { type Context, copyValue, seededRandom } from '../expressions';
import type { Environment, LogEvent } from './Engine';

/** `ctx` for one operator and batch. */
export class UserContext implements Context {
  readonly batchTime: number;
  /** The order coordinate of the record at hand, so that what it draws does not depend on the records beside it. */
  order = 0;
  readonly #operator: string;
  readonly #variables: Readonly<Record<string, unknown>>;
  readonly #write: (event: LogEvent) => void;
  #drawnFor: number | undefined;
  #draw: () => number = () => 0;

  constructor(
    batchTime: number,
    operator: string,
    environment: Environment,
    write: (event: LogEvent) => void,
  ) {
    this.batchTime = batchTime;
    this.#operator = operator;
    this.#variables = (Object.hasOwn(environment, operator) ? environment[operator] : undefined) ?? {};
    this.#write = write;
    // User code may take these off `ctx`: `const { random } = ctx`.
    this.env = this.env.bind(this);
    this.log = this.log.bind(this);
    this.warn = this.warn.bind(this);
    this.random = this.random.bind(this);
  }

  env(name: string): unknown {
    // A copy, so that what user code does to an object is not there for the next record.
    return Object.hasOwn(this.#variables, name) ? copyValue(this.#variables[name]) : undefined;
  }

  log(text: unknown): void {
    this.#write({ operator: this.#operator, level: 'log', text: String(text) });
  }

  warn(text: unknown): void {
    this.#write({ operator: this.#operator, level: 'warn', text: String(text) });
  }

  random(): number {
    if (this.#drawnFor !== this.order) {
      this.#drawnFor = this.order;
      this.#draw = seededRandom(`${this.#operator}/${String(this.batchTime)}/${String(this.order)}`);
    }
    return this.#draw();
  }
}
