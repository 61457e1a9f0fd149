import { expect } from 'chai';
import { simulatedValue } from '../../src/sources/simulated/SimulatedSource';
import { batchTimeOf, batchesAt, collectorOf, inWindow, payloadsAt } from '../examples/deployed';
import { ONE_NODE, readExample, tableOf, withCollectors, withTap } from '../examples/exampleFiles';
import { exactMean } from '../support/exactMean';
import { NodeRed } from '../support/NodeRed';

interface Simulated {
  readonly sensor: string;
  readonly sequence: number;
  readonly value: number;
}

interface Result {
  readonly key: string;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  readonly count: number;
  readonly windowStart: number;
  readonly windowEnd: number;
  readonly complete: boolean;
}

const start = readExample('01 - Start here/Averages of simulated sensors');
const taps: readonly (readonly [file: string, tap: string])[] = [['window', 'window-example-batcher'], ['reduceByKey', 'reduceByKey-example-batcher']];
const others = ['batcher', 'map', 'receiver', 'receiver folder', 'sink', 'statistics'];

// Simulated sensors send by the clock: which value falls into which batch depends on timers, and is taken from taps.
describe('what the examples of one node say of their numbers, in a real Node-RED', () => {
  let nodeRed: NodeRed;

  before(async () => {
    nodeRed = await NodeRed.start();
    await nodeRed.deploy([
      ...withCollectors(withTap(start, 'first-batcher')),
      ...taps.flatMap(([file, tap]) => withCollectors(withTap(readExample(ONE_NODE + file), tap))),
      ...others.flatMap((file) => withCollectors(readExample(ONE_NODE + file))),
    ]);
  });

  after(async () => {
    await nodeRed.stop();
  });

  /** Each result of a debug node with the values that its window holds, as a tap saw them. */
  async function compare(debug: string, tap: string, least: number, check: (result: Result, values: readonly Simulated[]) => void): Promise<void> {
    const messages = (await nodeRed.collected(collectorOf(debug), least, 30_000)).slice(0, least);
    const batches = await batchesAt<Simulated>(nodeRed, tap);
    for (const { message } of messages) {
      for (const result of message['payload'] as Result[]) {
        const window = inWindow(batches, result.windowEnd, result.windowEnd - result.windowStart);
        check(result, window.filter(({ sensor }) => result.key === `simulated/${sensor}`));
      }
    }
  }

  it('Averages of simulated sensors: the exact means of the last five seconds, in the ranges of the comment', async () => {
    const ranges = new Map(tableOf(start, 'first-note').map(([key = '', range = '']) => [key, range.split(' to ').map(Number)]));
    let complete = 0;
    await compare('first-debug', 'first-batcher', 8, ({ key, mean, count, complete: isComplete }, values) => {
      expect(count).to.equal(values.length);
      expect(mean).to.equal(exactMean(values.map(({ value }) => value)));
      if (!isComplete || count !== 5) return;
      complete++;
      expect(mean).to.be.within(...(ranges.get(key) as [number, number]));
    });
    expect(complete).to.be.above(0);
  });

  it('window: every value in one tumbling window, and in three sliding ones', async () => {
    await compare('window-example-tumbling-debug', 'window-example-batcher', 2, ({ count, windowEnd, windowStart, complete }, values) => {
      expect([windowEnd - windowStart, windowEnd % 10_000, count]).to.deep.equal([10_000, 0, values.length]);
      if (complete) expect(count).to.be.within(17, 23);
    });
    await compare('window-example-sliding-debug', 'window-example-batcher', 5, ({ count, windowEnd, windowStart, complete }, values) => {
      expect([windowEnd - windowStart, windowEnd % 2000, count]).to.deep.equal([6000, 0, values.length]);
      if (complete) expect(count).to.be.within(9, 15);
    });
  });

  it('reduceByKey: the mean and the extremes of each sensor, and of even and odd sequences', async () => {
    await compare('reduceByKey-example-sensor-debug', 'reduceByKey-example-batcher', 2, ({ mean, min, max }, records) => {
      const values = records.map(({ value }) => value);
      expect([mean, min, max]).to.deep.equal([exactMean(values), Math.min(...values), Math.max(...values)]);
    });
    const batches = await batchesAt<Simulated>(nodeRed, 'reduceByKey-example-batcher');
    for (const { message } of await nodeRed.collected(collectorOf('reduceByKey-example-parity-debug'), 4)) {
      const { key, records, sum, lastSensor } = message['payload'] as { key: string; records: number; sum: number; lastSensor: string };
      const own = (batches.find(({ time }) => time === batchTimeOf(message))?.payloads ?? []).filter(({ sequence }) => sequence % 2 === (key === 'even' ? 0 : 1));
      expect([records, lastSensor]).to.deep.equal([own.length, own.at(-1)?.sensor]);
      expect(sum).to.be.closeTo(own.reduce((total, { value }) => total + value, 0), 1e-9);
    }
  });

  it('map: Fahrenheit, two records of each, even sequences, whole batches', async () => {
    const value = (sensor: string, sequence: number): number => simulatedValue(42, Number(sensor.slice('sensor-'.length)), sequence);
    const warm = (await payloadsAt<{ sensor: string; fahrenheit: number }[]>(nodeRed, 'map-example-map-debug', 2)).flat();
    for (const [sensor, sequence] of [['sensor-01', 1], ['sensor-02', 1], ['sensor-01', 2]] as const) {
      const own = warm.filter((each) => each.sensor === sensor)[sequence - 1];
      expect(own?.fahrenheit).to.be.closeTo(value(sensor, sequence) * 1.8 + 32, 0.0501);
    }
    const [first, second] = await nodeRed.collected(collectorOf('map-example-flatMap-debug'), 2);
    expect([first?.message['topic'], first?.message['payload']]).to.deep.equal(['value', value('sensor-01', 1)]);
    expect([second?.message['topic'], second?.message['payload']]).to.deep.equal(['sequence', 1]);
    const even = (await payloadsAt<Simulated[]>(nodeRed, 'map-example-filter-debug', 2)).flat();
    expect(even.slice(0, 2)).to.deep.equal([1, 2].map((sensor) => ({ sensor: `sensor-0${sensor}`, value: simulatedValue(42, sensor, 2), sequence: 2 })));
    const sequences = (await payloadsAt<{ count: number; sequences: number[] }>(nodeRed, 'map-example-batch-debug', 3)).flatMap((each) => each.sequences);
    expect(sequences).to.deep.equal(sequences.map((_, index) => Math.floor(index / 2) + 1));
  });

  it('receiver: the wired values with their keys, and the first values of the simulated sensors', async () => {
    const wired = await nodeRed.collected(collectorOf('receiver-example-wire-debug'), 4);
    const values = new Set(wired.map(({ message }) => `${String(message['topic'])} ${String(message['payload'])}`));
    expect(values).to.deep.equal(new Set(['sensors/kitchen/temperature 20.5', 'sensors/bathroom/temperature 23.25']));
    const simulated = (await payloadsAt<Simulated[]>(nodeRed, 'receiver-example-simulated-debug', 2)).flat();
    for (const [sequence, ...row] of tableOf(readExample(`${ONE_NODE}receiver`), 'receiver-example-note-simulated')) {
      expect(simulated.filter((each) => each.sequence === Number(sequence)).map((each) => String(each.value))).to.deep.equal(row);
    }
  });

  it('receiver folder: the words of the lines, counted', async () => {
    const [counts = []] = await payloadsAt<{ key: string; count: number }[]>(nodeRed, 'receiver-folder-results', 1);
    const expected = new Map<string, number>();
    for (const word of 'to be or not to be that is the question'.split(' ')) expected.set(word, (expected.get(word) ?? 0) + 1);
    expect(new Map(counts.map(({ key, count }) => [key, count]))).to.deep.equal(expected);
  });

  it('batcher and sink: about as many records as their comments say', async () => {
    const counts = (await payloadsAt<string>(nodeRed, 'batcher-example-debug', 10)).map((line) => Number(/: (\d+) records$/.exec(line)?.[1]));
    expect(counts.slice(1).reduce((sum, count) => sum + count, 0) / (counts.length - 1)).to.be.within(40, 60);
    const [, second = []] = await payloadsAt<Simulated[]>(nodeRed, 'sink-example-batch-debug', 2);
    expect(second.length).to.be.within(24, 36);
    const keys = await nodeRed.collected(collectorOf('sink-example-key-debug'), 3);
    expect(new Set(keys.map(({ message }) => message['topic'])).size).to.equal(3);
    const records = await nodeRed.collected(collectorOf('sink-example-record-debug'), second.length);
    expect(records.filter(({ message }) => (message['dstream'] as { last: boolean }).last)).to.not.have.length(0);
  });

  it('statistics: a line for each batch, and the figures of five seconds', async () => {
    const lines = await payloadsAt<string>(nodeRed, 'statistics-example-batch-debug', 5);
    for (const line of lines) expect(line).to.match(/^twenty sensors: \d+ records, [\d.]+ ms$/);
    const counts = lines.slice(1).map((line) => Number(/ (\d+) records/.exec(line)?.[1]));
    expect(counts.reduce((sum, count) => sum + count, 0) / counts.length).to.be.within(80, 120);
    const [, second] = await payloadsAt<{ batches: number; records: number; failed: number }>(nodeRed, 'statistics-example-seconds-debug', 2);
    expect(second?.batches).to.be.within(4, 6);
    expect(second?.records).to.be.within(350, 650);
    expect(second?.failed).to.equal(0);
  });

  it('report nothing', () => {
    expect(nodeRed.errors).to.deep.equal([]);
  });
});
