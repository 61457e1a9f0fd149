import { buildSync } from 'esbuild';
import { expect } from 'chai';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import type { PreviewAnswer, PreviewTask } from '../../../../nodes/shared/editor/preview/messages';
import { ROOT } from '../palette';
import { answersTo, BATCH_TIME, expression, interpreter, javascript, record } from './answers';

const FOLDER = join(ROOT, 'nodes', 'shared', 'editor', 'preview');

/** The worker as the build makes it, in a context of its own that has only what a browser's worker has. */
class Worker {
  readonly context: object;
  readonly #answers: PreviewAnswer[] = [];
  readonly #port: { onmessage?: (event: { data: PreviewTask }) => void; postMessage: (answer: PreviewAnswer) => void };
  #ended: () => void = () => undefined;

  constructor() {
    this.#port = {
      postMessage: (answer) => {
        this.#answers.push(answer);
        if (['done', 'problem', 'needs-interpreter'].includes(answer.kind)) this.#ended();
      },
    };
    const listeners: Record<string, (event: { ports: object[] }) => void> = {};
    const addEventListener = (name: string, listener: (event: { ports: object[] }) => void): void => {
      listeners[name] = listener;
    };
    const nothing = function (): void {};
    const address = Object.assign(function (): void {}, { createObjectURL: () => '' });
    const browser = { addEventListener, structuredClone, URL: address, Blob: nothing, Worker: Scripts, setTimeout: () => 0, fetch, XMLHttpRequest: nothing };
    this.context = createContext(browser);
    runInContext('globalThis.globalThis = globalThis;', this.context);
    runInContext(bundle(), this.context);
    listeners['message']?.({ ports: [this.#port] });
  }

  async run(task: PreviewTask): Promise<PreviewAnswer[]> {
    const ended = new Promise<void>((resolve) => (this.#ended = resolve));
    this.#answers.length = 0;
    this.#port.onmessage?.({ data: task });
    await ended;
    return JSON.parse(JSON.stringify(this.#answers)) as PreviewAnswer[];
  }
}

/** Says of every script that it cannot be read, in the third of its lines. */
class Scripts {
  onerror: ((event: object) => void) | undefined;

  constructor() {
    setImmediate(() => this.onerror?.({ message: 'Uncaught SyntaxError: wrong', lineno: 3, colno: 7, preventDefault: () => undefined }));
  }

  terminate(): void {}
}

let bundled: string | undefined;

/** With the same replacements as scripts/lib/build.mjs. */
function bundle(): string {
  bundled ??= buildSync({
    entryPoints: [join(FOLDER, 'worker.ts')],
    alias: { 'node:vm': join(FOLDER, 'browserVm.ts') },
    define: { Buffer: 'Uint8Array' },
    bundle: true, format: 'iife', minify: true, write: false, target: 'es2022', logLevel: 'silent',
  }).outputFiles[0]?.text ?? '';
  return bundled;
}

describe("The preview's worker", () => {
  const bodies = [
    'return msg;', 'return msg.payload.n;', '\n\nif (msg) throw new Error("three");\nreturn 1;', 'return fetch("x");', 'const f = () => {\n  throw new TypeError("two");\n};\nf();\nreturn 1;',
    'return [ctx.random(), ctx.env("A"), ctx.batchTime];', 'ctx.log(1); return this;', 'return "// not a comment"; // but this is', 'return eval("1 + 1");',
  ];
  for (const body of bodies) {
    it(`makes the same of a body as the runtime's own way to compile: ${body.replaceAll('\n', ' ')}`, async () => {
      const work = { kind: 'map', mode: 'map', code: javascript(body) } as const;
      const records = [record({ n: 1 }), record(null)];
      const answers = await new Worker().run({ work, records, batchTime: BATCH_TIME });
      expect(answers).to.deep.equal(JSON.parse(JSON.stringify(await answersTo(work, records))));
    });
  }

  it('runs compiled and interpreted JSONata, and aggregates', async () => {
    const records = [record({ n: 1 }), record({ n: 2 })];
    const of = { from: 'code', code: expression('$map(payload, function($p) { $p.n })') } as const;
    const work = { kind: 'reduceByKey', key: { from: 'code', code: expression('payload.n > 0') }, aggregates: [{ aggregate: 'sum', of, as: 's' }] } as const;
    const answers = await new Worker().run({ work, records, batchTime: BATCH_TIME, interpreter: interpreter() });
    expect(answers.find(({ kind }) => kind === 'groups')).to.deep.equal({
      kind: 'groups', groups: [{ key: 'true', records: 2, outputs: [{ name: 's', value: '3', skipped: 0 }] }],
    });
  });

  it('finds the place of a syntax error', async () => {
    const work = { kind: 'map', mode: 'map', code: javascript('const x = 1;\nreturn x +* 1;') } as const;
    const [answer] = await new Worker().run({ work, records: [record(1)], batchTime: BATCH_TIME });
    expect(answer).to.deep.include({ kind: 'problem' });
    expect(answer).to.have.nested.property('failure.line', 2);
    expect(answer).to.have.nested.property('failure.column', 7);
  });

  it('has nothing left that leads outside, also for code that finds its way to the globals', async () => {
    const body = "return Function('return [typeof fetch, typeof XMLHttpRequest, typeof Worker, typeof addEventListener, typeof Blob]')();";
    const work = { kind: 'map', mode: 'map', code: javascript(body) } as const;
    const [answer] = await new Worker().run({ work, records: [record(1)], batchTime: BATCH_TIME });
    expect(answer).to.have.nested.property('outcome.records[0].payload', `[${Array.from({ length: 5 }, () => '"undefined"').join(', ')}]`);
  });
});
