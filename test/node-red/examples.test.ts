import { readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { allGraphsRun } from '../support/allGraphsRun';
import { MqttBroker } from '../support/MqttBroker';
import { freePort } from '../support/freePort';
import { NodeRed } from '../support/NodeRed';
import { until } from '../support/until';
import { atHome } from '../examples/deployed';
import { ONE_NODE, SCENARIOS, examplePaths, readExample, withCollectors } from '../examples/exampleFiles';

interface Mean {
  readonly key: string;
  readonly count: number;
  readonly mean: number;
  readonly windowStart: number;
  readonly windowEnd: number;
  readonly complete: boolean;
}

describe('the examples in a real Node-RED', () => {
  let nodeRed: NodeRed;
  let reportedBefore = 0;
  /** The errors of this example alone: what another one reported is that one's. */
  const errors = (): string[] => nodeRed.errors.slice(reportedBefore);

  before(async () => {
    nodeRed = await NodeRed.start();
  });

  beforeEach(() => {
    reportedBefore = nodeRed.errors.length;
  });

  after(async () => {
    await nodeRed.stop();
  });

  it('Averages of simulated sensors: means of five seconds, every second, for every simulated sensor', async () => {
    const flow = readExample('01 - Start here/Averages of simulated sensors');
    const sensors = Number(flow.find((node) => node.type === 'dstream-receiver')?.['sensors']);
    await nodeRed.deploy(withCollectors(flow));
    const messages = await nodeRed.collected('first-debug-collector', 3, 20_000);
    const batches = messages.map(({ message }) => message['payload'] as Mean[]);
    for (const means of batches) {
      for (const { windowStart, windowEnd, count, mean } of means) {
        expect(windowEnd - windowStart).to.equal(5000);
        expect(windowEnd % 1000).to.equal(0);
        expect(count).to.be.at.least(1);
        // The levels of the simulated sensors lie between 15 and 25, and they swing by 3 at most.
        expect(mean).to.be.within(12, 28);
      }
    }
    expect(new Set(batches.flat().map(({ key }) => key)).size).to.equal(sensors);
    expect(batches.map((means) => means[0]?.windowEnd ?? 0)).to.satisfy((ends: number[]) => ends.every((end, index) => index === 0 || end === (ends[index - 1] ?? 0) + 1000));
    expect(errors()).to.deep.equal([]);
  });

  it('each node of the palette has an example that shows something, all of them at once', async () => {
    const files = examplePaths().filter((path) => path.startsWith(ONE_NODE));
    const flows = await Promise.all(files.map(async (file) => atHome(readExample(file), nodeRed.url, await freePort())));
    await nodeRed.deploy(flows.flatMap((flow) => withCollectors(flow)));
    // So many graphs take a while to start together. A file that is written before its receiver has looked for the first time is none of
    // the new ones, so the button that writes one is pressed when all run.
    await allGraphsRun(nodeRed);
    await nodeRed.press('receiver-folder-inject');
    const shown = flows.flatMap((flow, index) =>
      flow.filter((node) => node.type === 'debug').map(async ({ id }) => {
        try {
          await nodeRed.collected(`${id}-collector`, 1, 40_000);
        } catch (error) {
          throw new Error(`${files[index] ?? ''}: nothing came to ${id}.`, { cause: error });
        }
      }));
    await Promise.all(shown);
    // While so many graphs start at once, the sender of the TCP example may knock before its receiver listens; it knocks again.
    expect(errors().filter((line) => !line.includes('[tcp request:send] connect failed'))).to.deep.equal([]);
  });

  it('join and state: what their comments say', async () => {
    const first = async (file: string, debug: string): Promise<unknown> => {
      const flow = readExample(ONE_NODE + file);
      const collector = `${file}-example-${debug}-debug-collector`;
      await nodeRed.deploy([]);
      await nodeRed.forgetCollected(collector);
      await nodeRed.deploy(withCollectors(flow));
      const [message] = await nodeRed.collected(collector, 1, 20_000);
      return message?.message['payload'];
    };
    expect(await first('join', 'full')).to.deep.equal([
      { key: 'pump', left: 21.5, right: 25 },
      { key: 'pump', left: 22, right: 25 },
      { key: 'fan', left: 40, right: null },
      { key: 'tank', left: null, right: 3 },
    ]);
    expect(await first('join', 'cogroup')).to.deep.equal([
      { key: 'pump', left: [21.5, 22], right: [25] },
      { key: 'fan', left: [40], right: [] },
      { key: 'tank', left: [], right: [3] },
    ]);
    expect(await first('state', 'total')).to.deep.equal([{ key: 'press', state: 5 }, { key: 'drill', state: 10 }]);
    expect(await first('state', 'difference')).to.deep.equal([{ key: 'press', before: 2, now: 3, difference: 1 }]);
    expect(errors()).to.deep.equal([]);
  });

  it('checkpoint: the totals go on where they were when the graph was stopped', async () => {
    const flow = withCollectors(readExample(`${ONE_NODE}checkpoint`));
    const collector = 'checkpoint-example-debug-collector';
    const totals = async (): Promise<{ readonly key: string; readonly state: number }[]> => {
      await nodeRed.deploy([]);
      await nodeRed.forgetCollected(collector);
      await nodeRed.deploy(flow);
      const [message] = await nodeRed.collected(collector, 1, 20_000);
      return message?.message['payload'] as { key: string; state: number }[];
    };
    const [press, drill] = await totals();
    // The example was run in this Node-RED before, so its totals may have begun already.
    expect([press?.key, (press?.state ?? 0) % 5, drill?.key, (drill?.state ?? 0) % 10]).to.deep.equal(['press', 0, 'drill', 0]);
    expect(press?.state).to.be.at.least(5);
    expect(await totals()).to.deep.equal([{ key: 'press', state: (press?.state ?? 0) + 5 }, { key: 'drill', state: (drill?.state ?? 0) + 10 }]);
    expect(errors()).to.deep.equal([]);
  });

  it('reduceByKey own function: what its comments say', async () => {
    await nodeRed.deploy(withCollectors(readExample(`${ONE_NODE}reduceByKey own function`)));
    const first = async (id: string): Promise<Record<string, unknown>[]> => {
      const [message] = await nodeRed.collected(`reduceByKey-own-${id}-debug-collector`, 1, 20_000);
      return message?.message['payload'] as Record<string, unknown>[];
    };
    const [kitchen, cellar] = await first('hottest');
    expect([kitchen?.['key'], kitchen?.['hottest']]).to.deep.equal(['kitchen', { t: 23, at: '12:01' }]);
    expect([cellar?.['key'], cellar?.['hottest']]).to.deep.equal(['cellar', { t: 12, at: '12:00' }]);
    const [values] = await first('values');
    expect(values).to.deep.include({
      key: 'kitchen', list: [20, 23, 20], countByValue: [{ value: 20, count: 2 }, { value: 23, count: 1 }], stddev: Math.SQRT2,
    });
    expect(values?.['median']).to.be.closeTo(20, 0.2);
    expect(errors()).to.deep.equal([]);
  });

  it('receiver HTTP: every request is answered, and the means are those of its values', async () => {
    await nodeRed.deploy(withCollectors(atHome(readExample(`${ONE_NODE}receiver HTTP`), nodeRed.url, 0)));
    for (const { message } of await nodeRed.collected('receiver-http-answers-collector', 4)) {
      expect([message['statusCode'], message['payload']]).to.deep.equal([202, { taken: 1 }]);
    }
    const means = (await nodeRed.collected('receiver-http-results-collector', 4)).map(({ message }) => message['payload'] as Mean);
    expect(new Set(means.map(({ key, mean }) => `${key} ${String(mean)}`))).to.deep.equal(new Set(['kitchen 21.5', 'cellar 12.25']));
    expect(errors()).to.deep.equal([]);
  });

  it('sink HTTP: what one graph posts arrives in the other', async () => {
    await nodeRed.deploy(withCollectors(atHome(readExample(`${ONE_NODE}sink HTTP`), nodeRed.url, 0)));
    const means = (await nodeRed.collected('sink-http-results-collector', 4, 20_000)).map(({ message }) => message['payload']);
    for (const mean of means) expect([{ sensor: 'kitchen', mean: 21.5 }, { sensor: 'cellar', mean: 12.25 }]).to.deep.include(mean);
    expect(new Set(means.map((mean) => JSON.stringify(mean))).size).to.equal(2);
    expect(errors()).to.deep.equal([]);
  });

  it('sink file: what one graph writes the other reads, each once', async () => {
    const written = join(nodeRed.userDirectory, 'dstream-example');
    await nodeRed.deploy([]);
    await rm(written, { recursive: true, force: true });
    await nodeRed.forgetCollected('sink-file-results-collector');
    await nodeRed.deploy(withCollectors(readExample(`${ONE_NODE}sink file`)));
    const means = (await nodeRed.collected('sink-file-results-collector', 6, 30_000)).map(({ message }) => message['payload']);
    for (const mean of means) expect([{ sensor: 'kitchen', mean: 21.5 }, { sensor: 'cellar', mean: 12.25 }]).to.deep.include(mean);
    await nodeRed.deploy([]);
    // A graph ends after the deploy that takes it away; a batch that it was writing then is written to its end.
    let list: { file: string; records: number }[] = [];
    await until('every file is in the list', async () => {
      const files = (await readdir(written)).filter((name) => name.startsWith('means-'));
      const lines = (await readFile(join(written, 'means.batches.jsonl'), 'utf8')).trimEnd().split('\n');
      list = lines.map((line) => JSON.parse(line) as { file: string; records: number });
      return files.length === list.length && files.sort().every((file, place) => file === list[place]?.file);
    });
    for (const { file, records } of list) {
      expect((await readFile(join(written, file), 'utf8')).trimEnd().split('\n'), file).to.have.length(records);
    }
    expect(errors()).to.deep.equal([]);
  });

  it('map: the keys and the whole batches that its comments speak of', async () => {
    const flow = readExample(`${ONE_NODE}map`);
    await nodeRed.deploy([]);
    for (const id of ['keyBy', 'batch']) await nodeRed.forgetCollected(`map-example-${id}-debug-collector`);
    await nodeRed.deploy(withCollectors(flow));
    const [first] = await nodeRed.collected('map-example-batch-debug-collector', 1, 20_000);
    const { count, sequences } = first?.message['payload'] as { count: number; sequences: number[] };
    // Two sensors, one value a second each, batches of two seconds.
    expect(count).to.be.within(1, 6);
    expect(sequences).to.have.length(count);
    const keyed = await nodeRed.collected('map-example-keyBy-debug-collector', 4, 20_000);
    // The last record of each key in each batch: odd ones and even ones.
    expect(new Set(keyed.map(({ message }) => (message['payload'] as { sequence: number }).sequence % 2)).size).to.equal(2);
  });

  it('receiver TCP: the words of the lines, counted', async () => {
    await nodeRed.deploy(withCollectors(atHome(readExample(`${ONE_NODE}receiver TCP`), nodeRed.url, await freePort())));
    for (const { message } of await nodeRed.collected('receiver-tcp-results-collector', 2)) {
      const counts = new Map((message['payload'] as Mean[]).map(({ key, count }) => [key, count]));
      const once = counts.get('or') ?? 0;
      expect(once).to.be.at.least(1);
      expect(counts).to.deep.equal(new Map([['to', 2 * once], ['be', 2 * once], ['or', once], ['not', once]]));
    }
  });

  it('Averages of MQTT sensors: over a real broker, and back to it', async () => {
    const broker = await MqttBroker.start();
    try {
      const flow = readExample(`${SCENARIOS}Averages of MQTT sensors`).map((node) =>
        node.type === 'mqtt-broker' ? { ...node, port: String(broker.port) } : node,
      );
      await nodeRed.deploy(withCollectors(flow));
      const collector = `${flow.find((node) => node.type === 'debug')?.id ?? ''}-collector`;
      // Each sensor says the same all the time, so that it does not matter which message falls into which batch.
      const values = new Map([['kitchen', 20.25], ['cellar', 12.5]]);
      await nodeRed.logged(/Connected to broker/);
      const publishing = setInterval(() => {
        for (const [sensor, value] of values) void broker.publish(`sensors/${sensor}/temperature`, JSON.stringify({ value }));
      }, 200);
      try {
        const messages = await nodeRed.collected(collector, 3, 20_000);
        const means = messages.flatMap(({ message }) => message['payload'] as Mean[]);
        expect(new Set(means.map(({ key }) => key))).to.deep.equal(new Set(values.keys()));
        for (const { key, mean, count } of means) {
          expect(mean).to.equal(values.get(key));
          expect(count).to.be.within(1, 26);
        }
      } finally {
        clearInterval(publishing);
      }
    } finally {
      await broker.stop();
    }
  });
});
