import { comesFromStream } from './OutputSender';
import type { FlowMessage, Runtime } from './Runtime';

/** The names of the hooks; `dstream` is the label by which they are taken away again. */
const ROUTE_HOOK = 'preRoute.dstream';
const RECEIVE_HOOK = 'onReceive.dstream';

/** Messages kept for nodes that are being made anew. */
export const MOST_PARKED = 100_000;

/**
 * The time of a deploy, from `flows:stopping` to `flows:started`. Node-RED drops messages for a node that is closed and not
 * yet made again: those that are sent meanwhile, and those that were on a wire when it was closed, since a wire takes one turn.
 * While the window is open such messages are parked where they go to a receiver or come from a sink, and delivered in order when it
 * closes. The hooks exist only in that time, because a hook slows all messages of all flows.
 */
export class DeployWindow {
  readonly #runtime: Runtime;
  readonly #closed = new Set<string>();
  #parked: { readonly id: string; readonly message: FlowMessage; readonly isOutput: boolean }[] = [];
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
    this.#removeHooks();
    this.#runtime.hooks?.add(ROUTE_HOOK, (event) => {
      if (!this.#closed.has(event.destination.id)) return undefined;
      this.#park(event.destination.id, event.cloneMessage === true ? this.#runtime.clone(event.msg) : event.msg);
      return false;
    });
    this.#runtime.hooks?.add(RECEIVE_HOOK, ({ msg, destination: { id, node } }) => {
      const takes = node === undefined || Boolean(node._inputCallback ?? node._inputCallbacks);
      if (takes || !comesFromStream(msg)) return undefined;
      this.#park(id, msg, true);
      return false;
    });
  }

  #removeHooks(): void {
    this.#runtime.hooks?.remove(ROUTE_HOOK);
    this.#runtime.hooks?.remove(RECEIVE_HOOK);
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
    this.#removeHooks();
    this.#closed.clear();
    const parked = this.#parked;
    this.#parked = [];
    if (this.#refused > 0) {
      this.#runtime.warn(
        `${String(this.#refused)} messages for receivers or from sinks were lost in this deploy: it took so long that more than ` +
          `${String(MOST_PARKED)} had to wait. Deploy when less is coming in.`,
      );
      this.#refused = 0;
    }
    // What came from a sink goes to an ordinary node: where that is gone, nobody wants it.
    const wanted = parked.filter(({ id, isOutput }) => isOutput || isThere(id));
    const dropped = parked.length - wanted.length;
    if (dropped > 0) {
      this.#runtime.warn(
        `${dropped === 1 ? '1 message was' : `${String(dropped)} messages were`} dropped that came in this deploy for receivers that are ` +
          'no longer there. Stop what sends to a receiver before you remove or stop it.',
      );
    }
    for (const { id, message } of wanted) this.#runtime.deliver(id, message);
  }

  #park(id: string, message: FlowMessage, isOutput = false): void {
    if (this.#parked.length < MOST_PARKED) this.#parked.push({ id, message, isOutput });
    else this.#refused++;
  }
}
