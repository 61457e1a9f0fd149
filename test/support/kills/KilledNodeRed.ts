import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ChildProcess, type Exit } from '../ChildProcess';
import { freePort } from '../freePort';
import { type FlowNode, runningVersion } from '../NodeRed';
import { packageRoot } from '../packageRoot';

/** How long Node-RED may take until its flows have started: ms. */
const LONGEST_START = 60_000;

/** One life of a Node-RED process. */
export interface Life {
  readonly url: string;
  readonly process: ChildProcess;
  /** When the process was begun: ms since the epoch. */
  readonly begun: number;
  /** Resolves with the time at which the flows had started, ms since the epoch. @throws when they do not */
  started(): Promise<number>;
}

/**
 * A Node-RED that is killed again and again, and always begins on the same user directory. Unlike `NodeRed` it can be killed while
 * it starts, and loads nothing into the process that an ordinary Node-RED does not have.
 */
export class KilledNodeRed {
  readonly folder: string;
  readonly #parameters: readonly string[];

  private constructor(folder: string, parameters: readonly string[]) {
    this.folder = folder;
    this.#parameters = parameters;
  }

  /** @param nodesDirectories where it looks for palettes; default: this package */
  static async prepare(
    folder: string,
    flows: readonly FlowNode[],
    nodeParameters: readonly string[] = [],
    nodesDirectories: readonly string[] = [packageRoot],
  ): Promise<KilledNodeRed> {
    await mkdir(folder, { recursive: true });
    const settings = {
      userDir: folder,
      flowFile: 'flows.json',
      uiHost: '127.0.0.1',
      nodesDir: nodesDirectories,
      credentialSecret: 'only for tests',
      disableEditor: true,
      telemetry: { enabled: false, updateNotification: false },
      editorTheme: { tours: false, palette: { catalogues: [] } },
      logging: { console: { level: 'info', metrics: false, audit: false } },
    };
    await writeFile(join(folder, 'settings.js'), `module.exports = ${JSON.stringify(settings, undefined, 2)};\n`);
    await writeFile(join(folder, 'flows.json'), JSON.stringify(flows));
    const nodeRed = runningVersion() === '5' ? join(packageRoot, 'test/node-red-5') : packageRoot;
    const guard = join(packageRoot, 'scripts/lib/endWithParent.cjs');
    const entry = join(nodeRed, 'node_modules/node-red/red.js');
    return new KilledNodeRed(folder, [...nodeParameters, '--require', guard, entry, '--userDir', folder]);
  }

  /** Puts another drawing in its place, for its next life. */
  async draw(flows: readonly FlowNode[]): Promise<void> {
    await writeFile(join(this.folder, 'flows.json'), JSON.stringify(flows));
  }

  async begin(): Promise<Life> {
    // The port of the life before may still be busy with connections that nobody closed.
    const port = await freePort();
    const begun = Date.now();
    const life = new ChildProcess(process.execPath, [...this.#parameters, '--port', String(port)], {
      cwd: this.folder,
      environment: { NODE_RED_HOME: '', PORT: '' },
      channel: true,
    });
    return {
      url: `http://127.0.0.1:${String(port)}`,
      process: life,
      begun,
      started: async () => {
        const line = await life.line(/Started flows|Waiting for missing types/, LONGEST_START);
        if (line.includes('missing')) throw new Error(`Node-RED lacks node types. Its last lines:\n${life.lastLines()}`);
        return Date.now();
      },
    };
  }
}

const COMPLAINT = /\[(error|warn)\]|Error:|Uncaught/;
/** What Node-RED warns of at every start with these settings. */
const ALWAYS_SAID = /Projects disabled|Encrypted credentials not found/;

/** The lines of a life that tell of something that did not go as it should. */
export function complaints(life: Life): string[] {
  return life.process.lines.filter((line) => COMPLAINT.test(line) && !ALWAYS_SAID.test(line));
}

/** Ends a life without warning. @throws where it had ended by itself */
export async function killLife(life: Life): Promise<Exit> {
  if (life.process.exit !== undefined) {
    throw new Error(`Node-RED has ended by itself (${JSON.stringify(life.process.exit)}). Its last lines:\n${life.process.lastLines()}`);
  }
  return life.process.kill();
}
