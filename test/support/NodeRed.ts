import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChildProcess } from './ChildProcess';
import type { Exit } from './ChildProcess';
import { freePort } from './freePort';
import { packageRoot } from './packageRoot';
import type { Collected, Figures, NodeStatus, StartedEvent, TrafficRequest } from './harness/wire';

export type { Collected, Figures, NodeStatus } from './harness/wire';

/** How long Node-RED may take to answer after its start, and to start its flows after a deploy: ms. */
const LONGEST_START = 30_000;

/** Node-RED's main versions that the palette supports. */
export type NodeRedVersion = '4' | '5';

export interface NodeRedOptions {
  /** Default: the one that `npm test` runs at the moment (DSTREAM_TEST_NODE_RED), else 4. */
  readonly version?: NodeRedVersion;
  /** The Node.js to run it with; default: the one that runs the tests. */
  readonly node?: string;
  /** Parameters for that Node.js, such as `--expose-gc`. */
  readonly nodeParameters?: readonly string[];
  /** Where Node-RED looks for palettes; default: this package, as it would be installed. */
  readonly nodesDirectories?: readonly string[];
  /** The flows it starts with; default: none. */
  readonly flows?: readonly FlowNode[];
  /** Added to settings.js. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** A user directory that is there already and is kept; default: a fresh one, removed at the end. */
  readonly userDirectory?: string;
  /** Serve the editor too; default: no, which starts faster. */
  readonly editor?: boolean;
  /** For one that takes the place of another; default: any that is free. */
  readonly port?: number;
}

/** A node as it stands in a flow file. */
export interface FlowNode {
  readonly id: string;
  readonly type: string;
  readonly [property: string]: unknown;
}

export type DeployType = 'full' | 'nodes' | 'flows' | 'reload';

/** A set of node types as Node-RED lists it. */
export interface NodeSet {
  readonly id: string;
  readonly name: string;
  readonly module: string;
  readonly types: readonly string[];
  readonly enabled: boolean;
  /** Why it was not loaded. */
  readonly err?: string;
}

interface Started {
  readonly started: readonly StartedEvent[];
  readonly error?: string;
}

/** A real Node-RED process with the palette, driven through its admin API. */
export class NodeRed {
  readonly port: number;
  readonly userDirectory: string;
  readonly #process: ChildProcess;
  readonly #temporary: boolean;

  private constructor(process: ChildProcess, port: number, userDirectory: string, temporary: boolean) {
    this.#process = process;
    this.port = port;
    this.userDirectory = userDirectory;
    this.#temporary = temporary;
  }

  /** Starts Node-RED; resolves when its first flows run. */
  static async start(options: NodeRedOptions = {}): Promise<NodeRed> {
    const entry = entryOf(options.version ?? runningVersion());
    const userDirectory = options.userDirectory ?? (await mkdtemp(join(tmpdir(), 'dstream-node-red-')));
    const port = options.port ?? (await freePort());
    await writeHarness(userDirectory);
    await writeFile(join(userDirectory, 'settings.js'), settingsText(options, userDirectory, port));
    if (options.flows !== undefined || !existsSync(join(userDirectory, 'flows.json'))) {
      await writeFile(join(userDirectory, 'flows.json'), JSON.stringify(options.flows ?? []));
    }
    const parameters = [...(options.nodeParameters ?? []), entry, '--userDir', userDirectory];
    const environment = { ...options.environment, NODE_RED_HOME: '', PORT: '' };
    const process_ = new ChildProcess(options.node ?? process.execPath, parameters, {
      cwd: userDirectory,
      environment,
      channel: true,
    });
    const nodeRed = new NodeRed(process_, port, userDirectory, options.userDirectory === undefined);
    try {
      await nodeRed.#answering();
      await nodeRed.#started(0);
    } catch (error) {
      await nodeRed.kill();
      throw error;
    }
    return nodeRed;
  }

  get url(): string {
    return `http://127.0.0.1:${String(this.port)}`;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Everything Node-RED has printed, line by line. */
  get log(): readonly string[] {
    return this.#process.lines;
  }

  /** The lines of the log that are errors. */
  get errors(): readonly string[] {
    return this.log.filter((line) => line.includes('[error]'));
  }

  /** How it ended; undefined while it runs. */
  get exit(): Exit | undefined {
    return this.#process.exit;
  }

  /** Resolves when the process has ended by itself. */
  exited(): Promise<Exit> {
    return this.#process.exited();
  }

  /** The first line of the log that matches; waits for it up to `limit` ms. */
  logged(pattern: RegExp, limit = 10_000, from = 0): Promise<string> {
    return this.#process.line(pattern, limit, from);
  }

  /** Ends Node-RED as a service manager does; kills it when that takes longer than 10 s. */
  async stop(): Promise<Exit> {
    const exit = await this.#process.stop();
    await this.#removeDirectory();
    return exit;
  }

  /** Ends Node-RED without any warning. A temporary user directory is removed. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<Exit> {
    const exit = await this.#process.kill(signal);
    await this.#removeDirectory();
    return exit;
  }

  /**
   * Deploys, and resolves with the new revision once Node-RED says that these flows have started.
   * @param type what is restarted: everything, changed nodes, changed flows; `reload` reads the flow file again
   * @throws when Node-RED refuses the flows or cannot start them (a missing type, for example)
   */
  async deploy(flows: readonly FlowNode[], type: DeployType = 'full'): Promise<string> {
    const { count } = (await this.request('POST', '/test/started/forget-error')) as { count: number };
    const body = type === 'reload' ? {} : { flows };
    const headers = { 'Node-RED-API-Version': 'v2', 'Node-RED-Deployment-Type': type };
    const { rev } = (await this.request('POST', '/flows', body, headers)) as { rev: string };
    const { started } = await this.#started(count);
    const last = started.at(-1);
    if (last?.revision !== rev) {
      throw new Error(`Deployed revision ${rev}, but revision ${last?.revision ?? 'none'} was started.`);
    }
    return rev;
  }

  /** The flows as Node-RED holds them. */
  async flows(): Promise<readonly FlowNode[]> {
    const headers = { 'Node-RED-API-Version': 'v2' };
    const { flows } = (await this.request('GET', '/flows', undefined, headers)) as { flows: readonly FlowNode[] };
    return flows;
  }

  /** Stops all flows, or starts them again, without a deploy. Resolves when that has happened. */
  async setState(state: 'start' | 'stop'): Promise<void> {
    const { count } = (await this.request('POST', '/test/started/forget-error')) as { count: number };
    await this.request('POST', '/flows/state', { state });
    if (state === 'start') {
      await this.#started(count);
    }
  }

  /** The node sets that Node-RED knows, with the reasons why some were not loaded. */
  async nodes(): Promise<readonly NodeSet[]> {
    return (await this.request('GET', '/nodes')) as NodeSet[];
  }

  /** Presses the button of an inject node. */
  async press(injectId: string): Promise<void> {
    const response = await fetch(`${this.url}/inject/${injectId}`, { method: 'POST' });
    if (!response.ok) throw new Error(`The inject node ${injectId} was not pressed: ${String(response.status)} ${await response.text()}`);
  }

  /** Lets a `test-source` send these messages. Resolves with how many were sent: 0 where the node does not run. */
  async send(sourceId: string, messages: readonly Record<string, unknown>[]): Promise<number> {
    const { sent } = (await this.request('POST', `/test/source/${sourceId}`, { messages })) as { sent: number };
    return sent;
  }

  /** Lets a `test-source` send the payloads 0, 1, 2, ... in one go, with the topics in turn. */
  async burst(sourceId: string, count: number, topics: readonly string[] = ['test']): Promise<number> {
    const { sent } = (await this.request('POST', `/test/burst/${sourceId}`, { count, topics })) as { sent: number };
    return sent;
  }

  /** Lets a `test-source` send the payloads 0, 1, 2, ... steadily, also across deploys, until `stopTraffic`. */
  async startTraffic(sourceId: string, request: TrafficRequest): Promise<void> {
    await this.request('POST', `/test/traffic/${sourceId}`, request);
  }

  /** Resolves with how many messages were sent. */
  async stopTraffic(sourceId: string): Promise<number> {
    const { sent } = (await this.request('DELETE', `/test/traffic/${sourceId}`)) as { sent: number };
    return sent;
  }

  /**
   * What has reached a `test-collector`, as soon as that are at least so many.
   * @throws when fewer have come within `limit` ms
   */
  async collected(collectorId: string, least = 0, limit = 10_000): Promise<readonly Collected[]> {
    const path = `/test/collector/${collectorId}?least=${String(least)}&limit=${String(limit)}`;
    const { count, messages } = (await this.request('GET', path)) as { count: number; messages: Collected[] };
    if (count < least) {
      const numbers = `${String(count)} of ${String(least)} messages reached ${collectorId} within ${String(limit)} ms`;
      throw new Error(`${numbers}. The end of the log:\n${this.#process.lastLines()}`);
    }
    return messages;
  }

  /** How many messages have reached a `test-collector`. */
  async collectedCount(collectorId: string): Promise<number> {
    const answer = (await this.request('GET', `/test/collector/${collectorId}?messages=no`)) as { count: number };
    return answer.count;
  }

  async forgetCollected(collectorId: string): Promise<void> {
    await this.request('DELETE', `/test/collector/${collectorId}`);
  }

  /**
   * What a node shows below itself, as soon as its text matches.
   * @param limit ms
   * @throws when it does not match within the limit, with what it shows instead
   */
  async status(nodeId: string, pattern = /(?:)/, limit = 10_000): Promise<NodeStatus | undefined> {
    const query = new URLSearchParams({ pattern: pattern.source, limit: String(limit) });
    const answer = (await this.request('GET', `/test/status/${nodeId}?${String(query)}`)) as { matches: boolean; status?: NodeStatus };
    if (!answer.matches) {
      const shows = JSON.stringify(answer.status ?? 'nothing');
      throw new Error(`The status of ${nodeId} did not match ${String(pattern)} within ${String(limit)} ms: it is ${shows}.`);
    }
    return answer.status;
  }

  /** @param options.collectGarbage first (needs `nodeParameters: ['--expose-gc']`) */
  async figures(options: { readonly collectGarbage?: boolean } = {}): Promise<Figures> {
    return (await this.request('GET', `/test/figures${options.collectGarbage === true ? '?collect=yes' : ''}`)) as Figures;
  }

  /** Begins a new measurement of how long the event loop is held. */
  async resetDelay(): Promise<void> {
    await this.request('POST', '/test/delay/reset');
  }

  /**
   * A call of the admin API; resolves with the JSON answer, undefined where there is none.
   * @throws when the answer's status is not 2xx
   */
  async request(method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<unknown> {
    const response = await fetch(this.url + path, {
      method,
      headers: { Accept: 'application/json', 'Content-Type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) {
      throw new Error(`${method} ${path} was answered with ${String(response.status)}: ${text}`);
    }
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  }

  /** Resolves when the admin API answers. */
  async #answering(): Promise<void> {
    const end = Date.now() + LONGEST_START;
    for (;;) {
      try {
        await this.request('GET', '/test/figures');
        return;
      } catch (error) {
        if (this.#process.exit !== undefined || Date.now() > end) {
          throw new Error(`Node-RED did not start. The end of its log:\n${this.#process.lastLines()}`, { cause: error });
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  /** Resolves when the flows have been started more than `count` times. */
  async #started(count: number): Promise<Started> {
    const path = `/test/started?after=${String(count)}&limit=${String(LONGEST_START)}`;
    const answer = (await this.request('GET', path)) as Started;
    if (answer.error !== undefined || answer.started.length <= count) {
      const why = answer.error ?? `nothing within ${String(LONGEST_START)} ms`;
      throw new Error(`The flows did not start (${why}). The end of the log:\n${this.#process.lastLines()}`);
    }
    return answer;
  }

  async #removeDirectory(): Promise<void> {
    if (this.#temporary) {
      await rm(this.userDirectory, { recursive: true, force: true, maxRetries: 3 });
    }
  }
}

/** The Node-RED that `npm test` runs the tests with at the moment. */
export function runningVersion(): NodeRedVersion {
  return process.env['DSTREAM_TEST_NODE_RED'] === '5' ? '5' : '4';
}

function entryOf(version: NodeRedVersion): string {
  const folder = version === '5' ? join(packageRoot, 'test/node-red-5') : packageRoot;
  const entry = join(folder, 'node_modules/node-red/red.js');
  if (!existsSync(entry)) {
    throw new Error(`Node-RED ${version} is not installed: run \`npm ci\` in ${folder}.`);
  }
  return entry;
}

/** Puts the harness's inner half where Node-RED looks for nodes. */
async function writeHarness(userDirectory: string): Promise<void> {
  const folder = join(userDirectory, 'nodes');
  await mkdir(folder, { recursive: true });
  const code = join(__dirname, 'harness/harness.js');
  await writeFile(join(folder, 'harness.js'), `module.exports = require(${JSON.stringify(code)}).default;\n`);
  const register = (type: string, inputs: number, outputs: number): string =>
    `RED.nodes.registerType('${type}', { category: 'test', defaults: { name: { value: '' } }, inputs: ${String(inputs)}, ` +
    `outputs: ${String(outputs)}, label: '${type}' });`;
  const page = `<script type="text/javascript">${register('test-source', 0, 1)}${register('test-collector', 1, 0)}</script>\n`;
  await writeFile(join(folder, 'harness.html'), page);
}

function settingsText(options: NodeRedOptions, userDirectory: string, port: number): string {
  const settings = {
    userDir: userDirectory,
    flowFile: 'flows.json',
    uiHost: '127.0.0.1',
    uiPort: port,
    nodesDir: options.nodesDirectories ?? [packageRoot],
    credentialSecret: 'only for tests',
    disableEditor: options.editor !== true,
    telemetry: { enabled: false, updateNotification: false },
    runtimeState: { enabled: true, ui: false },
    editorTheme: { tours: false, palette: { catalogues: [] } },
    apiMaxLength: '50mb',
    logging: { console: { level: 'info', metrics: false, audit: false } },
    ...options.settings,
  };
  return `module.exports = ${JSON.stringify(settings, undefined, 2)};\n`;
}
