import type { RuntimeEvents } from './Runtime';

export interface DeployListener {
  /** A deploy begins: nodes are about to be closed. */
  stopping(): void;
  /** The nodes that are to run are there, be it that the deploy succeeded or that it was given up half-way. */
  started(): void;
  /** Flows were stopped and stay so. */
  stopped(): void;
}

/**
 * Tells the phases of a deploy by Node-RED's events. A deploy fires `flows:stopping`, `flows:stopped` and `flows:started`;
 * where it is given up (a missing type, safe mode) only a `runtime-event` says so, and the same kind of event also follows
 * every `flows:stopped`, with `deploy` set when a start is to come.
 */
export class DeployPhases {
  readonly #events: RuntimeEvents;
  readonly #listener: DeployListener;
  readonly #handlers: readonly (readonly [string, (event: unknown) => void])[];
  #listening = false;
  #deploying = false;
  /** Whether the next state event is the one that follows `flows:stopped`. */
  #stateFollows = false;

  constructor(events: RuntimeEvents, listener: DeployListener) {
    this.#events = events;
    this.#listener = listener;
    this.#handlers = [
      ['flows:stopping', () => { this.#stopping(); }],
      ['flows:stopped', () => { this.#stateFollows = true; }],
      ['flows:started', () => { this.#started(); }],
      ['runtime-event', (event) => { this.#state(event); }],
    ];
  }

  /** Whether nodes are being closed and made at the moment. */
  get deploying(): boolean {
    return this.#deploying;
  }

  /** Begins to listen, unless it does already. Nodes are made during a deploy, so one is under way. */
  listen(): void {
    if (this.#listening) return;
    this.#listening = true;
    this.#deploying = true;
    for (const [name, handler] of this.#handlers) this.#events.on(name, handler);
  }

  forget(): void {
    if (!this.#listening) return;
    this.#listening = false;
    this.#deploying = false;
    this.#stateFollows = false;
    for (const [name, handler] of this.#handlers) this.#events.removeListener(name, handler);
  }

  #stopping(): void {
    this.#deploying = true;
    this.#stateFollows = false;
    this.#listener.stopping();
  }

  #started(): void {
    this.#deploying = false;
    this.#stateFollows = false;
    this.#listener.started();
  }

  #state(event: unknown): void {
    const { id, payload } = members(event);
    const { state, error, deploy } = members(payload);
    if (id !== 'runtime-state' || !this.#deploying || (state !== 'stop' && state !== 'safe')) return;
    if (this.#stateFollows && error === undefined) {
      this.#stateFollows = false;
      if (deploy !== true) this.#end();
    } else {
      // Nodes that were not closed go on running when a deploy is given up.
      this.#started();
    }
  }

  #end(): void {
    this.#deploying = false;
    this.#listener.stopped();
  }
}

function members(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
