import type { EditorHost } from '../EditorHost';
import { type Drawing, readDrawing } from './readDrawing';
import { lossWords } from './lossWords';
import { type StateLoss, stateLosses, whenDeployed } from './stateLosses';

/** How long to wait for what belongs to the same change, such as wires after their node: ms. */
const PATIENCE = 200;

/** How long a warning stays: ms. */
const TIME_TO_READ = 15_000;

/**
 * Compares the canvas with what is deployed, after every change, and warns of what would be forgotten: each loss once, until it is
 * undone. Where nothing deployed has a checkpoint node, changes are not looked at.
 */
export class LossWatch {
  /** Is told when there are other losses than before. */
  onChange: () => void = () => undefined;
  readonly #host: EditorHost;
  #deployed: Drawing | undefined;
  #losses: readonly StateLoss[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #warning: { close(): void } | undefined;

  constructor(host: EditorHost) {
    this.#host = host;
    const { events } = RED;
    events.on('flows:loaded', () => {
      this.#begin(this.#read());
    });
    events.on('deploy', () => {
      const now = this.#read();
      this.#begin(this.#deployed === undefined ? now : whenDeployed(this.#deployed, now));
    });
    // With every change of anything, and when one is undone.
    events.on('workspace:dirty', () => {
      this.#lookSoon();
    });
  }

  /** What would be lost with the next deploy. */
  get losses(): readonly StateLoss[] {
    return this.#losses;
  }

  /** What is drawn now is what runs. */
  #begin(deployed: Drawing): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#deployed = deployed;
    this.#take([]);
  }

  #lookSoon(): void {
    if (this.#timer !== undefined || this.#deployed === undefined || this.#deployed.states.size === 0) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#deployed !== undefined) this.#take(stateLosses(this.#deployed, this.#read()));
    }, PATIENCE);
  }

  #take(losses: readonly StateLoss[]): void {
    if (JSON.stringify(losses) === JSON.stringify(this.#losses)) return;
    const known = new Set(this.#losses.map(keyOf));
    this.#losses = losses;
    this.#warn(losses.filter((loss) => !known.has(keyOf(loss))));
    this.onChange();
  }

  /** Warns of what is new; what was said before goes with it, and when nothing is left to be said. */
  #warn(added: readonly StateLoss[]): void {
    if (added.length > 0 || this.#losses.length === 0) this.#warning?.close();
    if (this.#losses.length === 0) this.#warning = undefined;
    if (added.length > 0) this.#warning = RED.notify($(lossWords(added, this.#host)), { type: 'warning', timeout: TIME_TO_READ });
  }

  #read(): Drawing {
    return readDrawing(RED.nodes, ({ id }) => this.#host.label(id));
  }
}

function keyOf({ id, reason, outputs }: StateLoss): string {
  return JSON.stringify([id, reason, outputs]);
}
