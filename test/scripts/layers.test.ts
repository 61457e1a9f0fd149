import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { packageRoot } from '../support/packageRoot';

/** A file that breaks one rule, or breaks none. */
interface Example {
  readonly file: string;
  readonly source: string;
  /** The rule that must fire; undefined: none may. */
  readonly rule: string | undefined;
}

/** Files that the examples import. */
const base: Readonly<Record<string, string>> = {
  'src/streaming.ts': 'export const streaming = 1;',
  'src/streaming/Context.ts': 'export const context = 1;',
  'src/operators/keys.ts': 'export const keys = 1;',
  // Closes a cycle with an example.
  'src/operators/two.ts': "import { one } from './one';\nexport const two = (): unknown => one;",
  'src/durability/Log.ts': 'export const log = 1;',
  'src/plan/Plan.ts': 'export interface Plan { readonly version: 1 }\nexport const plan = 1;',
  'src/expressions/compile.ts': 'export const compile = 1;',
  'src/sources/Source.ts': 'export const source = 1;',
  'src/sinks/Sink.ts': 'export const sink = 1;',
  'src/engine/Engine.ts': 'export const engine = 1;',
  'src/flow/Deployment.ts': 'export const deployment = 1;',
  'src/ports/Clock.ts': 'export const clock = 1;',
  'src/ports/node/SystemClock.ts': 'export const systemClock = 1;',
  'nodes/map/map.ts': 'export const map = 1;',
  'test/support/help.ts': 'export const help = 1;',
};

const uses = (from: string): string => `import * as used from '${from}';\nexport const value = used;`;

const imports: readonly Example[] = [
  { file: 'src/operators/a.ts', source: uses('../ports/Clock'), rule: 'layer-operators' },
  { file: 'src/operators/b.ts', source: uses('../plan/Plan'), rule: 'layer-operators' },
  { file: 'src/operators/types.ts', source: "export type { Plan } from '../plan/Plan';", rule: 'layer-operators' },
  { file: 'src/plan/a.ts', source: uses('../operators/keys'), rule: 'layer-plan' },
  { file: 'src/ports/a.ts', source: uses('../operators/keys'), rule: 'layer-ports' },
  { file: 'src/expressions/a.ts', source: uses('../plan/Plan'), rule: 'layer-expressions' },
  { file: 'src/expressions/b.ts', source: uses('../operators/keys'), rule: undefined },
  { file: 'src/streaming/a.ts', source: uses('../expressions/compile'), rule: 'layer-streaming' },
  { file: 'src/streaming/b.ts', source: uses('../engine/Engine'), rule: 'layer-streaming' },
  { file: 'src/streaming/c.ts', source: uses('../ports/Clock'), rule: undefined },
  { file: 'src/streaming/d.ts', source: uses('../operators/keys'), rule: undefined },
  { file: 'src/durability/a.ts', source: uses('../streaming/Context'), rule: 'layer-durability' },
  { file: 'src/mqtt/a.ts', source: uses('../sources/Source'), rule: 'layer-mqtt' },
  { file: 'src/mqtt/b.ts', source: uses('../ports/Clock'), rule: undefined },
  { file: 'src/sources/a.ts', source: uses('../streaming/Context'), rule: 'layer-sources' },
  { file: 'src/sources/b.ts', source: uses('../durability/Log'), rule: undefined },
  { file: 'src/sinks/a.ts', source: uses('../sources/Source'), rule: 'layer-sinks' },
  { file: 'src/engine/a.ts', source: uses('../flow/Deployment'), rule: 'layer-engine' },
  { file: 'src/engine/b.ts', source: uses('../ports/node/SystemClock'), rule: undefined },
  { file: 'src/flow/a.ts', source: uses('../streaming/Context'), rule: 'layer-flow' },
  { file: 'src/flow/b.ts', source: uses('../engine/Engine'), rule: undefined },
  { file: 'nodes/map/a.ts', source: uses('../../src/engine/Engine'), rule: 'layer-nodes' },
  { file: 'nodes/map/b.ts', source: uses('../../src/flow/Deployment'), rule: undefined },
  { file: 'nodes/map/editor.ts', source: uses('../../src/flow/Deployment'), rule: 'layer-editor' },
  { file: 'src/sources/c.ts', source: uses('../ports/node/SystemClock'), rule: 'real-ports-in-roots-only' },
  { file: 'src/engine/c.ts', source: uses('../streaming'), rule: 'streaming-face-is-for-outsiders' },
  { file: 'src/streaming/f.ts', source: uses('node:fs'), rule: 'pure-without-built-ins' },
  { file: 'src/operators/f.ts', source: uses('fs'), rule: 'pure-without-built-ins' },
  { file: 'src/plan/f.ts', source: uses('node:worker_threads'), rule: 'pure-without-built-ins' },
  { file: 'src/plan/g.ts', source: uses('node:crypto'), rule: undefined },
  { file: 'src/streaming/g.ts', source: uses('node:crypto'), rule: 'crypto-in-plan-only' },
  { file: 'src/streaming/h.ts', source: uses('node:zlib'), rule: 'zlib-in-durability-only' },
  { file: 'src/sources/d.ts', source: uses('mqtt'), rule: undefined },
  { file: 'src/engine/d.ts', source: uses('mqtt'), rule: 'packages-in-connectors-only' },
  { file: 'src/sources/e.ts', source: "import type { Node } from 'node-red';\nexport type Value = Node;", rule: 'node-red-in-nodes-and-flow-only' },
  { file: 'src/flow/c.ts', source: "import type { Node } from 'node-red';\nexport type Value = Node;", rule: undefined },
  { file: 'src/sources/f.ts', source: uses('aedes'), rule: 'no-development-packages' },
  { file: 'src/sources/g.ts', source: uses('../../test/support/help'), rule: 'no-way-back' },
  { file: 'src/operators/one.ts', source: "import { two } from './two';\nexport const one = (): unknown => two;", rule: 'no-cycles' },
  { file: 'src/operators/g.ts', source: uses('./missing'), rule: 'no-unresolved' },
  // Its own face may not know the drawing.
  { file: 'src/streaming.ts', source: uses('./flow/Deployment'), rule: 'layer-streaming-face' },
];

const globals: readonly Example[] = [
  { file: 'src/streaming/now.ts', source: 'export const time = Date.now();', rule: 'no-restricted-properties' },
  { file: 'src/operators/random.ts', source: 'export const chance = Math.random();', rule: 'no-restricted-properties' },
  { file: 'src/plan/date.ts', source: 'export const date = new Date();', rule: 'no-restricted-syntax' },
  { file: 'src/plan/fixedDate.ts', source: 'export const date = new Date(0);', rule: undefined },
  { file: 'src/streaming/timer.ts', source: 'setTimeout(() => undefined, 1);', rule: 'no-restricted-globals' },
  { file: 'src/streaming/interval.ts', source: 'setInterval(() => undefined, 1);', rule: 'no-restricted-globals' },
  { file: 'src/streaming/immediate.ts', source: 'setImmediate(() => undefined);', rule: 'no-restricted-globals' },
  { file: 'src/durability/performance.ts', source: 'export const time = performance.now();', rule: 'no-restricted-globals' },
  { file: 'src/durability/environment.ts', source: 'export const name = process.pid;', rule: 'no-restricted-globals' },
  { file: 'src/ports/print.ts', source: "console.log('here');", rule: 'no-restricted-globals' },
  { file: 'src/ports/node/print.ts', source: "console.log('here');", rule: undefined },
  { file: 'src/engine/now.ts', source: 'export const time = Date.now();', rule: undefined },
  { file: 'src/operators/files.ts', source: "import { readFileSync } from 'node:fs';\nexport const read = readFileSync;", rule: 'no-restricted-imports' },
  { file: 'src/plan/hash.ts', source: "import { createHash } from 'node:crypto';\nexport const hash = createHash;", rule: undefined },
  { file: 'src/plan/chance.ts', source: "import { randomUUID } from 'node:crypto';\nexport const id = randomUUID;", rule: 'no-restricted-imports' },
  { file: 'src/engine/code.ts', source: "export const run = new Function('return 1');", rule: 'no-new-func' },
  { file: 'src/expressions/code.ts', source: "export const run = new Function('return 1');", rule: undefined },
  { file: 'src/expressions/evaluate.ts', source: "eval('1');", rule: 'no-eval' },
  {
    file: 'src/engine/floating.ts',
    source: 'async function work(): Promise<void> {\n  await Promise.resolve();\n}\nwork();',
    rule: '@typescript-eslint/no-floating-promises',
  },
  {
    file: 'nodes/map/misused.ts',
    source: '[1].forEach(async () => {\n  await Promise.resolve();\n});',
    rule: '@typescript-eslint/no-misused-promises',
  },
];

/** Runs a tool of node_modules; both exit with a failure here, so only what they print counts. */
function output(script: string, parameters: readonly string[], folder: string): Promise<string> {
  return new Promise((resolve) => {
    const command = [join(packageRoot, 'node_modules', script), ...parameters];
    execFile(process.execPath, command, { cwd: folder, maxBuffer: 1e8 }, (_error, text, complaints) => {
      resolve(text || complaints);
    });
  });
}

/** A small project of its own, inside this one so that its packages are found. */
async function makeProject(examples: readonly Example[]): Promise<string> {
  await mkdir(join(packageRoot, '.cache'), { recursive: true });
  const folder = await mkdtemp(join(packageRoot, '.cache/layers-'));
  const files = { ...base, ...Object.fromEntries(examples.map(({ file, source }) => [file, source])) };
  for (const [file, source] of Object.entries(files)) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), `${source}\n`);
  }
  for (const file of ['package.json', 'tsconfig.json']) {
    await cp(join(packageRoot, file), join(folder, file));
  }
  return folder;
}

function describeExamples(examples: readonly Example[], found: () => ReadonlyMap<string, readonly string[]>): void {
  for (const { file, source, rule } of examples) {
    const what = source.split('\n')[0] ?? '';
    it(`${file}: ${what} ${rule === undefined ? 'is allowed' : `breaks ${rule}`}`, () => {
      const rules = found().get(file) ?? [];
      if (rule === undefined) {
        expect(rules).to.deep.equal([]);
      } else {
        expect(rules).to.include(rule);
      }
    });
  }
}

describe('The layers', function () {
  this.timeout(60_000);
  let folder: string;
  let found: Map<string, string[]>;

  before(async () => {
    folder = await makeProject(imports);
    const parameters = ['--config', join(packageRoot, '.dependency-cruiser.cjs'), '--output-type', 'json', 'src', 'nodes', 'test'];
    const text = await output('dependency-cruiser/bin/dependency-cruise.mjs', parameters, folder);
    const { summary } = JSON.parse(text) as { summary: { violations: { from: string; rule: { name: string } }[] } };
    found = new Map();
    for (const { from, rule } of summary.violations) {
      found.set(from, [...(found.get(from) ?? []), rule.name]);
    }
  });

  after(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  describeExamples(imports, () => found);

  it('every rule has an example that breaks it', async () => {
    const configuration = (await import(join(packageRoot, '.dependency-cruiser.cjs'))) as {
      default: { forbidden: { name: string }[] };
    };
    const broken = new Set(imports.map(({ rule }) => rule));
    expect(configuration.default.forbidden.map(({ name }) => name).filter((name) => !broken.has(name))).to.deep.equal([]);
  });
});

describe('What pure code may use', function () {
  this.timeout(120_000);
  let folder: string;
  let found: Map<string, string[]>;

  before(async () => {
    folder = await makeProject(globals);
    const parameters = ['--config', join(packageRoot, 'eslint.config.mjs'), '--format', 'json', '--no-ignore', 'src', 'nodes'];
    const text = await output('eslint/bin/eslint.js', parameters, folder);
    const results = JSON.parse(text) as { filePath: string; messages: { ruleId: string | null; message: string }[] }[];
    found = new Map();
    for (const { filePath, messages } of results) {
      found.set(
        filePath.slice(folder.length + 1).replaceAll('\\', '/'),
        messages.map(({ ruleId, message }) => ruleId ?? message),
      );
    }
  });

  after(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('every file was checked', () => {
    expect([...found.keys()]).to.include.members(globals.map(({ file }) => file));
  });

  describeExamples(globals, () => found);
});
