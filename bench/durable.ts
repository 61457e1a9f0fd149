/**
 * What the log costs: the same receiver at QoS 1, with and without a checkpoint node, in turn, from the same mosquitto. The broker
 * has all messages before Node-RED starts, each kept (retained) under a topic of its own, so that no publisher takes part of the
 * machine and the receiver gets them as soon as it subscribes, with a session or without. The rate is that of the batches between
 * the first fifth of the records and the last.
 */
import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { batcher, node, receiver, sink, tab } from '../test/support/flows';
import { broker, checkpoint, TOPIC } from '../test/support/kills/drawing';
import { linesOf } from '../test/support/kills/files';
import { KilledNodeRed } from '../test/support/kills/KilledNodeRed';
import { Publishing } from '../test/support/kills/Publishing';
import { Mosquitto } from '../test/support/Mosquitto';
import type { FlowNode } from '../test/support/NodeRed';
import { until } from '../test/support/until';
import type { Bench, Variant } from './support/bench';

const MESSAGES = Number(process.env['DSTREAM_BENCH_MESSAGES'] ?? 300_000);
const ROUNDS = Number(process.env['DSTREAM_BENCH_ROUNDS'] ?? 5);
const QUICK_MESSAGES = 30_000;
/** Unacknowledged messages that the broker allows: its default of 20 would measure the way there and back. */
const IN_FLIGHT = Number(process.env['DSTREAM_BENCH_IN_FLIGHT'] ?? 1000);
/** ms */
const BATCH = 100;
/** The part of the records that comes before the programs have warmed up. */
const WARM_UP = 0.2;

type Kind = 'memory' | 'durable';
type BatchLine = [time: number, count: number];

function drawing(kind: Kind, round: number, port: number, file: string): FlowNode[] {
  // Another id is another client id, so that no session of an earlier round is found.
  const id = `receiver${String(round)}`;
  const behind = kind === 'durable' ? 'checkpoint' : 'counts';
  return [
    tab(),
    broker('broker', port),
    receiver(id, ['batcher'], { source: 'mqtt', broker: 'broker', topic: `${TOPIC}/+`, qos: '1', format: 'json', keyType: 'level', key: '2' }),
    batcher('batcher', [behind], { interval: String(BATCH), bufferLimit: String(2 * MESSAGES) }),
    ...(kind === 'durable' ? [checkpoint('checkpoint', ['counts'])] : []),
    node('counts', 'dstream-reduceByKey', [['sink']], {
      keyType: 'jsonata', key: '"all"', emit: 'changed', emitLeaving: false, aggregates: [{ aggregate: 'count', of: 'payload', ofType: 'msg', as: 'count' }],
    }),
    sink('sink', ['text'], { mode: 'record' }),
    node('text', 'function', [['file']], { func: 'msg.payload = JSON.stringify([Date.now(), msg.payload.count]); return msg;', outputs: 1, libs: [] }),
    node('file', 'file', [[]], { filename: file, filenameType: 'str', appendNewline: true, createDir: true, overwriteFile: 'false', encoding: 'none' }),
  ];
}

async function batchesIn(file: string): Promise<BatchLine[]> {
  const lines: BatchLine[] = [];
  for await (const line of linesOf(file)) lines.push(JSON.parse(line) as BatchLine);
  return lines;
}

interface Measurement {
  readonly kind: Kind;
  readonly round: number;
  readonly messages: number;
  readonly port: number;
  readonly folder: string;
  readonly nodeParameters: readonly string[];
}

/** Messages a second. */
async function measure({ kind, round, messages, port, folder, nodeParameters }: Measurement): Promise<number> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'batches.jsonl');
  const nodeRed = await KilledNodeRed.prepare(join(folder, 'node-red'), drawing(kind, round, port, file), nodeParameters);
  const life = await nodeRed.begin();
  try {
    await life.started();
    let batches: BatchLine[] = [];
    await until('all messages have come', async () => {
      batches = await batchesIn(file);
      return batches.reduce((sum, [, count]) => sum + count, 0) >= messages;
    }, 300_000);
    return rateOf(batches, messages);
  } finally {
    // Profiles are written by a process that ends in its own time.
    await (nodeParameters.length > 0 ? life.process.stop() : life.process.kill());
  }
}

/** Messages a second between the first fifth and the last batch. */
function rateOf(batches: readonly BatchLine[], messages: number): number {
  let before = 0;
  let from: number | undefined;
  let counted = 0;
  let to = 0;
  for (const [time, count] of batches) {
    if (from === undefined) {
      before += count;
      if (before >= WARM_UP * messages) from = time;
    } else {
      counted += count;
      to = time;
    }
  }
  return from === undefined || to <= from ? NaN : (counted * 1000) / (to - from);
}

const bench: Bench = {
  work: `${MESSAGES} messages of about 100 bytes at QoS 1 from mosquitto, batches of ${BATCH} ms: with a log on the disk, beside the same without one`,
  goal: 'at least 0.70 of the rate without the log',
  rounds: ROUNDS,
  async run(session) {
    const messages = session.isQuick ? QUICK_MESSAGES : MESSAGES;
    const folder = await mkdtemp(join(tmpdir(), 'dstream-bench-'));
    session.note(
      `mosquitto: max_inflight_messages ${IN_FLIGHT}, max_queued_messages 0, autosave_interval 1800 (its own); ` +
        'checkpoint every second, log synced by groups',
    );
    // Saving 300,000 queued messages every second is the broker's work, and holds it up for most of that second.
    const mosquitto = await Mosquitto.start(['autosave_interval 1800', 'max_queued_messages 0', `max_inflight_messages ${IN_FLIGHT}`], { quiet: true });
    try {
      const ledger = join(folder, 'ledger.txt');
      await new Publishing({
        url: mosquitto.url, topic: TOPIC, qos: 1, rate: 0, sensors: messages, producer: 'p', ledger, seed: 1, count: messages, retain: true,
      }).finished();
      const variant = (name: string, kind: Kind): Variant => ({
        name,
        run: async (round) => {
          const rate = await measure({ kind, round, messages, port: mosquitto.port, folder: join(folder, `${kind}${round}`), nodeParameters: session.nodeParameters });
          await pause(500);
          return { 'messages/s': rate };
        },
      });
      await session.compare({
        name: 'durable ingest',
        variants: [variant('without the log', 'memory'), variant('with the log', 'durable')],
        baseline: 'without the log',
        // Each run is a Node-RED of its own, which warms up by itself.
        warmUp: 0,
      });
    } finally {
      await mosquitto.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

export default bench;
