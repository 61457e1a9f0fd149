import type { FlowMessage, Runtime } from './Runtime';

/** The name of the hook; `dstream` is the label by which it is taken away again. */
const HOOK = 'preRoute.dstream';

/** Messages kept for receivers that are being made anew. */
export const MOST_PARKED = 100_000;

/**
 * The time of a deploy, from `flows:stopping` to `flows:started`. Node-RED drops messages for a node that is closed and not
 * yet made again; while the window is open such messages are parked, and delivered in order when it closes.
 * The hook exists only in that time, because a hook slows all messages of all flows.
 */
export class DeployWindow {
  readonly #runtime: Runtime;
  readonly #closed = new Set<string>();
  #parked: { readonly id: string; readonly message: FlowMessage }[] = [];
  #refused = 0;
  #open = false;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  open(): void {
    if (this.#open) return;
    this.#open = true;
    // A hook of this name can only be left over from a runtime that was thrown away, as tests do.
    this.#runtime.hooks?.remove(HOOK);
    this.#runtime.hooks?.add(HOOK, (event) => {
      if (!this.#closed.has(event.destination.id)) return undefined;
      this.#park(event.destination.id, event.cloneMessage === true ? this.#runtime.clone(event.msg) : event.msg);
      return false;
    });
  }

  /** From now on messages for this receiver are parked, until the window closes. */
  park(receiver: string): void {
    if (this.#open) this.#closed.add(receiver);
  }

  /**
   * Ends the window.
   * @param isThere whether a receiver came back; messages for others are dropped, as for any deleted node, and their number is told
   */
  close(isThere: (receiver: string) => boolean): void {
    if (!this.#open) return;
    this.#open = false;
    this.#runtime.hooks?.remove(HOOK);
    this.#closed.clear();
    const parked = this.#parked;
    this.#parked = [];
    if (this.#refused > 0) {
      this.#runtime.warn(
        `${String(this.#refused)} messages for receivers were lost in this deploy: it took so long that more than ` +
          `${String(MOST_PARKED)} had to wait. Deploy when less is coming in.`,
      );
      this.#refused = 0;
    }
    const wanted = parked.filter(({ id }) => isThere(id));
    const dropped = parked.length - wanted.length;
    if (dropped > 0) {
      this.#runtime.warn(
        `${dropped === 1 ? '1 message was' : `${String(dropped)} messages were`} dropped that came in this deploy for receivers that are ` +
          'no longer there. Stop what sends to a receiver before you remove or stop it.',
      );
    }
    for (const { id, message } of wanted) this.#runtime.deliver(id, message);
  }

  #park(id: string, message: FlowMessage): void {
    if (this.#parked.length < MOST_PARKED) this.#parked.push({ id, message });
    else this.#refused++;
  }
}
