import { join } from 'node:path';
import { mkdir } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { RecoveryFigures } from '../../../src/engine/Engine';
import type { GraphFigures } from '../../../src/flow/graphFigures';
import { batcher, map, node, receiver, tab } from '../flows';
import { Mosquitto } from '../Mosquitto';
import type { FlowNode } from '../NodeRed';
import { until } from '../until';
import { BATCH, broker, checkpoint, fileSink, TOPIC } from './drawing';
import { batchTimeOf, outputFiles } from './files';
import { graphFiguresOf } from './graphFiguresOf';
import { KilledNodeRed, killLife, type Life } from './KilledNodeRed';
import { Publishing } from './Publishing';
import { BROKER_LINES } from './runKills';

export interface RecoveryOptions {
  /** Each with a state of `BYTES_PER_KEY`. */
  readonly keys: number;
  readonly kills: number;
  /** A new or empty folder. */
  readonly folder: string;
}

export interface Recovery {
  /** Of the newest checkpoint. */
  readonly checkpointBytes: number;
  /** From `flows:started` until a batch that was due after it has its file: ms, one for each kill. */
  readonly firstBatch: readonly number[];
  /** What the graph itself says of its recoveries. */
  readonly recovered: readonly RecoveryFigures[];
}

export const BYTES_PER_KEY = 1000;
const GRAPH = 'checkpoint';
/** ms; 100 MB take a while to arrive and to be saved. */
const LONGEST_FILLING = 300_000;
const LONGEST_RECOVERY = 120_000;

/**
 * Fills a state node with so many keys, waits for a checkpoint of all of them, and kills Node-RED a few times while a few records
 * a second go on.
 */
export async function measureRecovery({ keys, kills, folder }: RecoveryOptions): Promise<Recovery> {
  const outputs = join(folder, 'outputs');
  await mkdir(outputs, { recursive: true });
  const mosquitto = await Mosquitto.start(BROKER_LINES, { quiet: true });
  const publish = (producer: string, rate: number, count?: number): Publishing =>
    new Publishing({
      url: mosquitto.url, topic: TOPIC, qos: 1, rate, sensors: keys, producer, ledger: join(folder, `${producer}.txt`), seed: 1,
      ...(count === undefined ? {} : { count }),
    });
  let life: Life | undefined;
  let trickle: Publishing | undefined;
  try {
    const nodeRed = await KilledNodeRed.prepare(join(folder, 'node-red'), drawing(mosquitto.port, outputs));
    life = await nodeRed.begin();
    await life.started();
    await until('it has subscribed', () => mosquitto.log.some((line) => line.endsWith(` ${TOPIC}/+`)), 30_000);
    await publish('filling', 0, keys).finished();
    const filled = Date.now();
    trickle = publish('trickle', 100);
    let figures: GraphFigures['durability'];
    const current: Life = life;
    // One batch later everything that had arrived is in the state; the checkpoint after that has all of it.
    await until('all of the state is in a checkpoint', async () => {
      const graph = await graphFiguresOf(current, GRAPH);
      figures = graph?.durability;
      return (graph?.operators['state']?.keys ?? 0) >= keys && (figures?.checkpointTime ?? 0) > filled + 5 * BATCH;
    }, LONGEST_FILLING);
    const firstBatch: number[] = [];
    const recovered: RecoveryFigures[] = [];
    for (let kill = 0; kill < kills; kill++) {
      await pause(1000);
      await killLife(life);
      life = await nodeRed.begin();
      const started = await life.started();
      await until('a new batch is written', async () => (await outputFiles(outputs)).some((name) => (batchTimeOf(name) ?? 0) >= started), LONGEST_RECOVERY);
      firstBatch.push(Date.now() - started);
      await pause(1500);
      const said = (await graphFiguresOf(life, GRAPH))?.durability;
      if (said?.recovered !== undefined) recovered.push(said.recovered);
    }
    return { checkpointBytes: figures?.checkpointBytes ?? 0, firstBatch, recovered };
  } finally {
    await life?.process.kill();
    await trickle?.kill();
    await mosquitto.stop();
  }
}

function drawing(port: number, outputs: string): FlowNode[] {
  return [
    tab(),
    broker('broker', port),
    receiver('receiver', ['batcher'], { source: 'mqtt', broker: 'broker', topic: `${TOPIC}/+`, qos: '1', format: 'json', keyType: 'level', key: '2' }),
    batcher('batcher', ['checkpoint'], { interval: String(BATCH) }),
    checkpoint(GRAPH, ['state']),
    node('state', 'dstream-state', [['length']], {
      keyType: 'key', key: '', mode: 'update', timeout: '', timeoutUnits: 'min', emit: 'changed', keyLimit: 1_000_000,
      // Each text is its own, as real states are.
      func: `return (String(values.at(-1)?.value ?? '') + 'x'.repeat(${String(BYTES_PER_KEY)})).slice(0, ${String(BYTES_PER_KEY)});`,
    }),
    map('length', ['sink'], 'return msg.payload.state.length;'),
    fileSink('sink', outputs, 'batch'),
  ];
}
