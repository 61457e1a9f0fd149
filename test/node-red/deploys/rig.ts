import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { batcher, map, node, receiver, sink, sums, tab } from '../../support/flows';
import { NodeRed, type DeployType, type FlowNode } from '../../support/NodeRed';
import { packageRoot } from '../../support/packageRoot';
import { until } from '../../support/until';

/** ms that the neighbour takes to close. */
export const SLOW_CLOSE = 300;

/** Messages a second that come in while flows are deployed. */
export const RATE = 500;

/** A node that passes messages on and takes its time to close. */
const SLOW_NODE = `module.exports = (RED) => {
  RED.nodes.registerType('test-slow', function (config) {
    RED.nodes.createNode(this, config);
    this.on('input', (msg, send, done) => { send(msg); done(); });
    this.on('close', (removed, done) => { setTimeout(done, config.delay); });
  });
};
`;
const SLOW_PAGE = `<script type="text/javascript">RED.nodes.registerType('test-slow', {
  category: 'test', defaults: { name: { value: '' }, delay: { value: 0 } }, inputs: 1, outputs: 1, label: 'test-slow' });</script>
`;

/**
 * The flow that is deployed again and again:
 *
 *     source → receiver → junction → batcher → link out ⇢ link in → map → subflow(inner) → window → sums → sink → totals
 *                                                                    ├─→ extra → sinkExtra → extras
 *                                                                    └─→ each → records
 *
 * What sends and what counts stands on a tab of its own, so that only the palette's nodes are closed by an edit of the other.
 */
export function base(): FlowNode[] {
  const edge = { z: 'edge' };
  return [
    tab(),
    tab('edge'),
    tab('beside'),
    {
      id: 'sub',
      type: 'subflow',
      name: 'sub',
      in: [{ x: 0, y: 0, wires: [{ id: 'inner' }] }],
      out: [{ x: 9, y: 0, wires: [{ id: 'inner', port: 0 }] }],
    },
    map('inner', [], 'return msg;', { z: 'sub', wires: [[]] }),
    node('source', 'test-source', [['receiver']], edge),
    receiver('receiver', ['junction']),
    node('junction', 'junction', [['batcher']]),
    batcher('batcher', ['linkOut']),
    node('linkOut', 'link out', [], { mode: 'link', links: ['linkIn'] }),
    node('linkIn', 'link in', [['map']], { links: ['linkOut'] }),
    map('map', ['instance', 'extra', 'each'], 'return msg;'),
    node('instance', 'subflow:sub', [['window']]),
    node('window', 'dstream-window', [['sums']], {
      mode: 'sliding', length: '1', lengthUnits: 'h', slide: '100', slideUnits: 'ms',
    }),
    sums('sums', ['sink']),
    sink('sink', ['totals']),
    map('extra', ['sinkExtra'], 'return msg;'),
    sink('sinkExtra', ['extras']),
    sink('each', ['records'], { mode: 'record' }),
    node('totals', 'test-collector', [], edge),
    node('extras', 'test-collector', [], edge),
    node('records', 'test-collector', [], edge),
    node('tapped', 'test-collector', [], edge),
    node('neighbour', 'test-slow', [[]], { delay: SLOW_CLOSE }),
    node('stranger', 'test-slow', [[]], { z: 'beside', delay: 0 }),
  ];
}

/** The flow with other properties of one node. */
export function edited(flow: readonly FlowNode[], id: string, properties: Record<string, unknown>): FlowNode[] {
  expect(flow.map((item) => item.id)).to.include(id);
  return flow.map((item) => (item.id === id ? { ...item, ...properties } : item));
}

export interface Totals {
  readonly count: number;
  readonly sum: number;
}

/** A real Node-RED with the flow, and a steady load on its receiver. */
export class Rig {
  readonly nodeRed: NodeRed;
  readonly #folder: string;

  private constructor(nodeRed: NodeRed, folder: string) {
    this.nodeRed = nodeRed;
    this.#folder = folder;
  }

  static async start(): Promise<Rig> {
    const folder = await mkdtemp(join(tmpdir(), 'dstream-slow-node-'));
    await writeFile(join(folder, 'slow.js'), SLOW_NODE);
    await writeFile(join(folder, 'slow.html'), SLOW_PAGE);
    const nodeRed = await NodeRed.start({ nodesDirectories: [packageRoot, folder], nodeParameters: ['--expose-gc'] });
    return new Rig(nodeRed, folder);
  }

  async stop(): Promise<void> {
    await this.nodeRed.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Begins anew with the flow, with no state, nothing collected, and a load that has begun to come through. */
  async begin(flow: readonly FlowNode[] = base()): Promise<void> {
    await this.nodeRed.deploy([]);
    await this.nodeRed.deploy(flow);
    for (const id of ['totals', 'extras', 'records', 'tapped']) await this.nodeRed.forgetCollected(id);
    await this.nodeRed.startTraffic('source', { perSecond: RATE, topics: ['a'] });
    await this.arrived(50);
  }

  deploy(flow: readonly FlowNode[], type: DeployType = 'nodes'): Promise<string> {
    return this.nodeRed.deploy(flow, type);
  }

  /** Resolves when at least so many more records have come through. */
  async arrived(more: number): Promise<void> {
    const already = await this.nodeRed.collectedCount('records');
    await this.nodeRed.collected('records', already + more);
  }

  /** The payloads that came through one by one, in the order in which they came. */
  async payloads(): Promise<number[]> {
    return (await this.nodeRed.collected('records')).map(({ message }) => message['payload'] as number);
  }

  /** Ends the load. Resolves with how many messages were sent. */
  endTraffic(): Promise<number> {
    return this.nodeRed.stopTraffic('source');
  }

  /** Resolves when every message that was sent has come through exactly once, in order. */
  async exactlyOnce(sent: number): Promise<void> {
    await this.nodeRed.collected('records', sent).catch(() => undefined);
    const payloads = await this.payloads();
    const expected = Array.from({ length: sent }, (_, index) => index);
    const wrong = payloads.findIndex((payload, index) => payload !== index);
    const place = wrong < 0 ? payloads.length : wrong;
    const found = `${payloads.slice(place, place + 5).join()} instead of ${expected.slice(place, place + 5).join()}`;
    const numbers = `${String(payloads.length)} of ${String(sent)} arrived, wrong from place ${String(place)} on: ${found}`;
    expect(payloads.length === sent && wrong < 0, numbers).to.equal(true);
  }

  /** What has come through is in order, and nothing is there twice. */
  async noneTwice(): Promise<void> {
    const payloads = await this.payloads();
    expect(payloads.filter((payload, index) => payload <= (payloads[index - 1] ?? -1))).to.deep.equal([]);
  }

  /** Resolves when the window holds exactly so many records, the payloads 0, 1, 2, ... */
  async windowHolds(sent: number): Promise<void> {
    let last: Totals | undefined;
    await until(`the window holds ${String(sent)} records`, async () => {
      last = await this.windowed();
      return (last?.count ?? 0) >= sent;
    }).catch((error: unknown) => {
      throw new Error(`${String(error)} It holds ${String(last?.count)}.`);
    });
    expect(last).to.include({ count: sent, sum: (sent * (sent - 1)) / 2 });
  }

  /** What the window gave last. */
  async windowed(): Promise<Totals | undefined> {
    const rows = (await this.nodeRed.collected('totals')).at(-1)?.message['payload'] as Totals[] | undefined;
    return rows?.[0];
  }
}
