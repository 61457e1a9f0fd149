import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { connectAsync } from 'mqtt';
import type { OperatorProgress } from '../../../src/engine/Engine';
import type { GraphFigures } from '../../../src/flow/graphFigures';
import { exactMean } from '../../support/exactMean';
import { Mosquitto } from '../../support/Mosquitto';
import { NodeRed, type FlowNode } from '../../support/NodeRed';
import { until } from '../../support/until';

const SENSORS = 1000;
const MESSAGES_PER_SENSOR_AND_SECOND = 20;
const SECONDS = Number(process.env['DSTREAM_SENSOR_SECONDS'] ?? 60);
const WINDOW = 5000;
const BATCH = 1000;

/** ms between two bursts of the publisher. */
const TICK = 20;

/** ms that results may take after the last message: the window must close. */
const DRAIN = WINDOW + 3 * BATCH;

type ResultLine = [windowEnd: number, key: string, count: number, mean: number];
type RecordLine = [batchTime: number, key: string, value: number];

function flow(port: number, folder: string): FlowNode[] {
  const node = (id: string, type: string, wires: string[][], properties: Record<string, unknown>): FlowNode => ({
    id, type, z: 'tab', name: '', x: 100, y: 100, wires, ...properties,
  });
  const file = (id: string, name: string): FlowNode =>
    node(id, 'file', [[]], { filename: join(folder, name), filenameType: 'str', appendNewline: true, createDir: false, overwriteFile: 'false', encoding: 'none' });
  return [
    { id: 'tab', type: 'tab', label: 'sensors', disabled: false },
    { id: 'broker', type: 'mqtt-broker', name: '', broker: '127.0.0.1', port: String(port), clientid: '', autoConnect: true, usetls: false, protocolVersion: '4', keepalive: '60', cleansession: true },
    node('receiver', 'dstream-receiver', [['batcher']], { source: 'mqtt', broker: 'broker', topic: 'sensors/+/temperature', qos: '0', format: 'json', keyType: 'level', key: '2' }),
    node('batcher', 'dstream-batcher', [['window', 'lines']], { interval: '1', intervalUnits: 's', bufferLimit: '200000', maxRate: '', engine: '' }),
    node('window', 'dstream-window', [['means']], { mode: 'sliding', length: '5', lengthUnits: 's', slide: '1', slideUnits: 's' }),
    node('means', 'dstream-reduceByKey', [['results']], {
      keyType: 'key', key: '', emit: 'all', emitLeaving: false,
      aggregates: [
        { aggregate: 'count', of: 'payload', ofType: 'msg', as: 'count' },
        { aggregate: 'mean', of: 'payload.value', ofType: 'msg', as: 'mean' },
      ],
    }),
    node('results', 'dstream-sink', [['toResultLines']], { mode: 'batch', emptyBatches: false }),
    node('toResultLines', 'function', [['resultFile']], {
      func: "msg.payload = msg.payload.map((r) => JSON.stringify([r.windowEnd, r.key, r.count, r.mean])).join('\\n'); return msg;", outputs: 1, libs: [],
    }),
    file('resultFile', 'results.jsonl'),
    node('lines', 'dstream-map', [['records']], { mode: 'map', lang: 'javascript', func: 'return JSON.stringify([ctx.batchTime, msg.key, msg.payload.value]);' }),
    node('records', 'dstream-sink', [['toLines']], { mode: 'batch', emptyBatches: false }),
    node('toLines', 'function', [['recordFile']], { func: "msg.payload = msg.payload.join('\\n'); return msg;", outputs: 1, libs: [] }),
    file('recordFile', 'records.jsonl'),
  ];
}

async function* linesOf<Line>(file: string): AsyncGenerator<Line> {
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    if (line !== '') yield JSON.parse(line) as Line;
  }
}

/** Publishes at a steady rate over one connection; resolves with how many messages were sent. */
async function publish(url: string): Promise<number> {
  const client = await connectAsync(url);
  const perTick = (SENSORS * MESSAGES_PER_SENSOR_AND_SECOND * TICK) / 1000;
  const total = SENSORS * MESSAGES_PER_SENSOR_AND_SECOND * SECONDS;
  const start = performance.now();
  let sent = 0;
  while (sent < total) {
    const owed = Math.min(total, Math.floor((performance.now() - start) / TICK) * perTick);
    for (; sent < owed; sent++) {
      client.publish(`sensors/s${String(sent % SENSORS)}/temperature`, JSON.stringify({ value: (Math.random() - 0.5) * 10 ** (sent % 7) }));
    }
    await pause(TICK);
  }
  await client.endAsync();
  return sent;
}

/** What the receiver says of itself. */
async function receiverFigures(nodeRed: NodeRed): Promise<OperatorProgress | undefined> {
  const [graph] = (await nodeRed.request('GET', '/dstream/graphs')) as GraphFigures[];
  return graph?.operators['receiver'];
}

describe('many sensors over mosquitto', function () {
  this.timeout((SECONDS + 90) * 1000);

  it(`averages ${String(SENSORS)} sensors × ${String(MESSAGES_PER_SENSOR_AND_SECOND)} messages a second for ${String(SECONDS)} s, exact to the last bit, without holding Node-RED up`, async () => {
    const mosquitto = await Mosquitto.start(['max_queued_messages 0'], { quiet: true });
    const nodeRed = await NodeRed.start();
    try {
      await nodeRed.deploy([]);
      await pause(1000);
      await nodeRed.resetDelay();
      await pause(5000);
      const idle = (await nodeRed.figures()).delay;

      await nodeRed.deploy(flow(mosquitto.port, nodeRed.userDirectory));
      await until('the receiver is connected', async () => (await receiverFigures(nodeRed))?.source?.state === 'running');
      await nodeRed.resetDelay();
      const sent = await publish(mosquitto.url);
      const busy = (await nodeRed.figures()).delay;
      await pause(DRAIN);
      const received = (await receiverFigures(nodeRed))?.recordsIn;

      const records = new Map<number, Map<string, number[]>>();
      let recorded = 0;
      for await (const [batchTime, key, value] of linesOf<RecordLine>(join(nodeRed.userDirectory, 'records.jsonl'))) {
        recorded++;
        const batch = records.get(batchTime) ?? new Map<string, number[]>();
        records.set(batchTime, batch);
        const values = batch.get(key);
        if (values === undefined) batch.set(key, [value]);
        else values.push(value);
      }
      let windows = 0;
      let counted = 0;
      const seen = new Set<string>();
      for await (const [windowEnd, key, count, mean] of linesOf<ResultLine>(join(nodeRed.userDirectory, 'results.jsonl'))) {
        const values: number[] = [];
        for (let time = windowEnd - WINDOW + BATCH; time <= windowEnd; time += BATCH) values.push(...(records.get(time)?.get(key) ?? []));
        if (count !== values.length || !Object.is(mean, exactMean(values))) {
          expect.fail(`window ${String(windowEnd)} of ${key}: ${String(count)}, ${String(mean)}; expected ${String(values.length)}, ${String(exactMean(values))}`);
        }
        windows++;
        counted += count;
        seen.add(`${String(windowEnd)}/${key}`);
      }
      // No window is missing either: every key with records in a window must have been emitted, once.
      const due = new Set<string>();
      for (const [batchTime, batch] of records) {
        for (let end = batchTime; end < batchTime + WINDOW; end += BATCH) for (const key of batch.keys()) due.add(`${String(end)}/${key}`);
      }
      console.log(
        `      sent ${String(sent)}, received ${String(received)}, recorded ${String(recorded)}, windows checked ${String(windows)}; ` +
          `event-loop delay p99 ${busy.percentile99.toFixed(1)} ms busy, ${idle.percentile99.toFixed(1)} ms idle (max ${busy.max.toFixed(1)} ms)`,
      );
      expect(recorded).to.equal(received);
      expect(received).to.equal(sent);
      expect(seen.size).to.equal(windows);
      expect([...due].filter((window) => !seen.has(window))).to.deep.equal([]);
      expect(counted).to.equal(recorded * (WINDOW / BATCH));
      expect(busy.percentile99).to.be.at.most(idle.percentile99 + 20);
      expect(nodeRed.errors).to.deep.equal([]);
    } finally {
      await nodeRed.stop();
      await mosquitto.stop();
    }
  });
});
