import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { MqttBroker } from '../support/MqttBroker';
import { NodeRed, type FlowNode } from '../support/NodeRed';
import { packageRoot } from '../support/packageRoot';

const folder = join(packageRoot, 'examples');

async function example(file: string): Promise<FlowNode[]> {
  return JSON.parse(await readFile(join(folder, file), 'utf8')) as FlowNode[];
}

/** The same flow with a collector beside every debug node, so that a test sees what the user would. */
function withCollectors(flow: readonly FlowNode[]): FlowNode[] {
  const debugs = flow.filter((node) => node.type === 'debug').map((node) => node.id);
  const collectors = debugs.map((id): FlowNode => ({ id: `${id}-collector`, type: 'test-collector', z: flow.find((node) => node.id === id)?.['z'], x: 10, y: 10, wires: [] }));
  const wired = flow.map((node): FlowNode => {
    const wires = node['wires'] as string[][] | undefined;
    return wires === undefined ? node : { ...node, wires: wires.map((to) => [...to, ...to.filter((id) => debugs.includes(id)).map((id) => `${id}-collector`)]) };
  });
  return [...wired, ...collectors];
}

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

  before(async () => {
    nodeRed = await NodeRed.start();
  });

  after(async () => {
    await nodeRed.stop();
  });

  it('01 - Start here: means of five seconds, every second, for every simulated sensor', async () => {
    const flow = await example('01 - Start here.json');
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
    expect(nodeRed.errors).to.deep.equal([]);
  });

  it('each node of the palette has an example that shows something', async () => {
    for (const file of await readdir(join(folder, '02 - One node at a time'))) {
      const flow = await example(join('02 - One node at a time', file));
      await nodeRed.deploy(withCollectors(flow));
      for (const debug of flow.filter((node) => node.type === 'debug')) {
        try {
          await nodeRed.collected(`${debug.id}-collector`, 1, 20_000);
        } catch (error) {
          throw new Error(`${file}: nothing came to ${debug.id}.`, { cause: error });
        }
      }
    }
    expect(nodeRed.errors).to.deep.equal([]);
  });

  it('Averages of MQTT sensors: over a real broker, and back to it', async () => {
    const broker = await MqttBroker.start();
    try {
      const flow = (await example('03 - IoT scenarios/Averages of MQTT sensors.json')).map((node) =>
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
