import type { PreviewAnswer, PreviewTask } from './messages';

/** How long the code may be silent: for one record, or until it has been read, ms. */
const LONGEST_SILENCE = 1000;

/** How long a browser may take to start a worker, ms. */
const LONGEST_START = 10_000;

/** Nothing may be loaded or sent; scripts are what the page hands over. */
const POLICY = "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' blob:; worker-src blob:";

const PAGE = `<!doctype html><meta http-equiv="Content-Security-Policy" content="${POLICY}"><script>
onmessage = function (event) {
  var script = new Blob([event.data], { type: 'text/javascript' });
  new Worker(URL.createObjectURL(script)).postMessage(0, event.ports);
};
</script>`;

export interface SandboxEvents {
  answer(answer: PreviewAnswer): void;
  /** The code did not come back in time, or (`started` false) the browser runs no code here. The sandbox is closed. */
  silent(started: boolean): void;
}

/**
 * Where code that may come from strangers runs: a worker, in a frame with an origin of its own (nothing of the editor's can be
 * reached from there, neither cookies nor tokens nor the page) and a policy that lets nothing be loaded or sent. It talks with the
 * page over a port only; when it is closed, the worker ends, whatever it is doing.
 */
export class Sandbox {
  readonly #frame: HTMLIFrameElement;
  readonly #port: MessagePort;
  readonly #events: SandboxEvents;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #task: PreviewTask | undefined;
  #isReady = false;
  #isClosed = false;

  /** @param script the text of resources/preview-worker.js */
  constructor(script: string, events: SandboxEvents) {
    this.#events = events;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.onmessage = ({ data }: MessageEvent<unknown>) => {
      this.#heard(data);
    };
    const frame = document.createElement('iframe');
    frame.setAttribute('sandbox', 'allow-scripts');
    frame.setAttribute('aria-hidden', 'true');
    frame.style.display = 'none';
    frame.srcdoc = PAGE;
    frame.addEventListener('load', () => frame.contentWindow?.postMessage(script, '*', [port2]), { once: true });
    document.body.append(frame);
    this.#frame = frame;
    this.#wait(LONGEST_START);
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Whether it has done what it was given. */
  get isIdle(): boolean {
    return this.#task === undefined;
  }

  run(task: PreviewTask): void {
    this.#task = task;
    if (this.#isReady) this.#begin(task);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#port.close();
    this.#frame.remove();
  }

  #begin(task: PreviewTask): void {
    this.#port.postMessage(task);
    this.#wait(LONGEST_SILENCE);
  }

  /** What comes over the port may come from code that has got hold of it, so it is only ever shown. */
  #heard(data: unknown): void {
    const kind: unknown = typeof data === 'object' && data !== null && 'kind' in data ? data.kind : undefined;
    if (kind === 'ready') {
      this.#isReady = true;
      clearTimeout(this.#timer);
      if (this.#task !== undefined) this.#begin(this.#task);
      return;
    }
    const isLast = kind === 'done' || kind === 'problem' || kind === 'needs-interpreter';
    clearTimeout(this.#timer);
    if (isLast) this.#task = undefined;
    else this.#wait(LONGEST_SILENCE);
    this.#events.answer(data as PreviewAnswer);
  }

  #wait(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.close();
      this.#events.silent(this.#isReady);
    }, milliseconds);
  }
}
