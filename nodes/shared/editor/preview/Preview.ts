import type { EditorNode } from '../red';
import type { Translate } from '../translate';
import { readExample } from './example';
import { interpreterSource } from './jsonata';
import type { PreviewAnswer, PreviewFailure, PreviewRecord, PreviewTask, PreviewWork } from './messages';
import { PreviewPanel } from './PreviewPanel';
import { SampleFeed, type Samples } from './SampleFeed';
import { Sandbox } from './Sandbox';

/** How long the user must have stopped typing, ms. */
const PAUSE = 300;

export interface PreviewOptions {
  readonly node: EditorNode;
  readonly text: Translate;
  /** An example to begin with, as JSON. */
  readonly example: string;
  /** What is on the screen now; undefined while it is not complete. */
  work(): PreviewWork | undefined;
  /** Hears of the newest records that came whole, from which types can be learnt. */
  learn(records: readonly PreviewRecord[]): void;
  /** Hears of what is wrong with the code on the screen: after every run, an empty list where nothing is. */
  mark(failures: readonly PreviewFailure[]): void;
}

export interface OpenPreview {
  /** Something on the screen was changed. */
  changed(): void;
  close(): void;
}

/** What users left open, and their examples by node, for the next time that a dialog is opened. */
let isOpen = false;
const examples = new Map<string, string>();

/** The preview at the bottom of a dialog. Costs nothing while its section is closed. */
export class Preview implements OpenPreview {
  readonly #options: PreviewOptions;
  readonly #panel: PreviewPanel;
  #feed: SampleFeed | undefined;
  #samples: Samples = { state: 'asking' };
  #sandbox: Sandbox | undefined;
  /** The work that the sandbox was made for, as text: other code gets another one. */
  #sandboxWork = '';
  #pause: ReturnType<typeof setTimeout> | undefined;
  #failures: PreviewFailure[] = [];
  /** The source of JSONata's interpreter, once it was needed. */
  #interpreter: string | undefined;
  /** Counts runs, so that what comes late from an earlier one is left alone. */
  #run = 0;
  #lastTask = '';
  #isClosed = false;

  constructor(parent: JQuery, options: PreviewOptions) {
    this.#options = options;
    this.#panel = new PreviewPanel(parent, options.text, {
      toggled: (open) => {
        isOpen = open;
        if (open) this.#open();
        else this.#suspend();
      },
      choiceChanged: () => {
        this.#evaluate();
      },
      exampleChanged: (json) => {
        examples.set(options.node.id, json);
        this.changed();
      },
    });
    this.#panel.example = examples.get(options.node.id) ?? options.example;
    if (isOpen) this.#panel.open();
  }

  changed(): void {
    if (!isOpen || this.#isClosed) return;
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => {
      this.#evaluate();
    }, PAUSE);
  }

  close(): void {
    this.#isClosed = true;
    this.#suspend();
  }

  #open(): void {
    const { node } = this.#options;
    if (isInSubflow(node)) {
      this.#show({ state: 'subflow' });
    } else {
      this.#show({ state: 'asking' });
      this.#feed = new SampleFeed(node.id, (samples) => {
        this.#show(samples);
      });
    }
  }

  #suspend(): void {
    clearTimeout(this.#pause);
    this.#feed?.stop();
    this.#feed = undefined;
    this.#closeSandbox();
    this.#lastTask = '';
    this.#options.mark([]);
  }

  #show(samples: Samples | { readonly state: 'subflow' }): void {
    // New records wait while the old ones are looked at, and while code that may never end has not been given up or changed.
    if (samples.state === 'records' && this.#samples.state === 'records' && (this.#panel.holds || this.#isStuck())) return;
    this.#samples = samples.state === 'subflow' ? { state: 'undeployed' } : samples;
    this.#panel.state(samples.state);
    if (samples.state === 'records') this.#options.learn(samples.records.filter((_, index) => !samples.cut.has(index)));
    if (samples.state !== 'asking') this.#evaluate();
  }

  /** The records to show, oldest first, as the code gets them; undefined where the example cannot be read. */
  #records(): { readonly records: readonly PreviewRecord[]; readonly batchTime: number; readonly cut: ReadonlySet<number> } | undefined {
    const now = Math.ceil(Date.now() / 1000) * 1000;
    const { wantsExample } = this.#panel;
    if (this.#samples.state === 'records' && !wantsExample) return this.#samples;
    try {
      const records = readExample(this.#panel.example, now);
      this.#panel.exampleIsWrong(undefined);
      return { records, batchTime: now, cut: new Set() };
    } catch (error) {
      this.#panel.exampleIsWrong(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  #evaluate(): void {
    if (!isOpen || this.#isClosed) return;
    const found = this.#records();
    const work = this.#options.work();
    if (found === undefined || work === undefined) {
      this.#closeSandbox();
      this.#panel.clear(work === undefined ? 'incomplete' : 'example');
      this.#lastTask = '';
      this.#options.mark([]);
      return;
    }
    const isExample = found !== this.#samples;
    // The time of an example is now, which alone is no reason to do it all again.
    const key = JSON.stringify([work, isExample ? this.#panel.example : found.records]);
    if (key === this.#lastTask) return;
    this.#lastTask = key;
    const { records, batchTime, cut } = found;
    this.#failures = [];
    this.#panel.begin(work, records, cut);
    void this.#start({ work, records, batchTime, ...(this.#interpreter === undefined ? {} : { interpreter: this.#interpreter }) });
  }

  async #start(task: PreviewTask): Promise<void> {
    const run = ++this.#run;
    const script = await workerScript();
    if (run !== this.#run || this.#isClosed || !isOpen) return;
    if (script === '') {
      this.#panel.cannotRun();
      return;
    }
    const work = JSON.stringify(task.work);
    if (this.#sandbox === undefined || this.#sandbox.isClosed || !this.#sandbox.isIdle || work !== this.#sandboxWork) {
      this.#sandbox?.close();
      this.#sandbox = this.#newSandbox(script);
      this.#sandboxWork = work;
    }
    this.#sandbox.run(task);
  }

  #newSandbox(script: string): Sandbox {
    const sandbox: Sandbox = new Sandbox(script, {
      answer: (answer) => {
        if (sandbox === this.#sandbox) this.#heard(answer);
      },
      silent: (started) => {
        if (sandbox === this.#sandbox) this.#silent(started);
      },
    });
    return sandbox;
  }

  #heard(answer: PreviewAnswer): void {
    switch (answer.kind) {
      case 'needs-interpreter':
        void interpreterSource().then((source) => {
          this.#interpreter = source;
          this.#lastTask = '';
          this.#evaluate();
        });
        break;
      case 'problem':
        this.#panel.problem(answer.failure, answer.output);
        this.#options.mark(answer.output === undefined ? [answer.failure] : []);
        break;
      case 'record':
        this.#note(answer.outcome);
        this.#panel.outcome(answer.index, answer.outcome);
        break;
      case 'batch':
        this.#note(answer.outcome);
        this.#panel.batch(answer.outcome);
        break;
      case 'groups':
        this.#panel.groups(answer.groups);
        break;
      case 'jsonata':
        this.#panel.jsonata(answer.compiled, answer.because);
        break;
      case 'done':
        this.#panel.done(answer.lines, answer.variables);
        this.#options.mark(this.#failures);
        break;
    }
  }

  #note(outcome: object): void {
    if ('failure' in outcome) this.#failures.push((outcome as { readonly failure: PreviewFailure }).failure);
  }

  #silent(started: boolean): void {
    if (started) this.#panel.doesNotEnd();
    else this.#panel.cannotRun();
    this.#options.mark(this.#failures);
  }

  /** Whether the code on the screen is still at it, or did not come back the last time. */
  #isStuck(): boolean {
    const isBusy = this.#sandbox !== undefined && (this.#sandbox.isClosed || !this.#sandbox.isIdle);
    return isBusy && JSON.stringify(this.#options.work()) === this.#sandboxWork;
  }

  #closeSandbox(): void {
    this.#run++;
    this.#sandbox?.close();
    this.#sandbox = undefined;
  }
}

/** Whether a node is drawn inside a subflow, where it stands for one operator of each instance. */
function isInSubflow({ z }: EditorNode): boolean {
  return z !== undefined && (RED.nodes.subflow(z) ?? null) !== null;
}

let script: Promise<string> | undefined;

/** What runs in the sandbox; '' where it cannot be had, and then it is asked for again the next time. */
function workerScript(): Promise<string> {
  script ??= fetch('resources/@dstream/node-red-dstream/preview-worker.js').then((response) => (response.ok ? response.text() : ''));
  return script.catch(() => '').then((text) => {
    if (text === '') script = undefined;
    return text;
  });
}
