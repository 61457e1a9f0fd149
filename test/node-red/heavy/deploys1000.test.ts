import { readdirSync } from 'node:fs';
import { expect } from 'chai';
import type { FlowNode } from '../../support/NodeRed';
import { base, edited, Rig } from '../deploys/rig';

const DEPLOYS = 1000;
/** After so many deploys the load rests, and everything is counted. */
const ROUND = 50;

/** What the process holds while nothing comes in. */
interface Held {
  readonly workers: number;
  readonly timers: number;
  readonly sockets: number;
  readonly descriptors: number;
  /** bytes */
  readonly heap: number;
  /** bytes */
  readonly rss: number;
}

describe('1,000 deploys in a real Node-RED, while messages come in', function () {
  this.timeout(900_000);
  let rig: Rig;
  before(async () => {
    rig = await Rig.start();
  });
  after(async () => {
    await rig.stop();
  });

  const held = async (): Promise<Held> => {
    const { workers, resources, memory } = await rig.nodeRed.figures({ collectGarbage: true });
    return {
      workers,
      timers: resources['Timeout'] ?? 0,
      sockets: resources['TCPSocketWrap'] ?? 0,
      descriptors: readdirSync(`/proc/${String(rig.nodeRed.pid)}/fd`).length,
      heap: memory.heapUsed,
      rss: memory.rss,
    };
  };

  it('lose and repeat no message, and leave nothing behind', async () => {
    // A window of seconds, so that what it holds does not grow by itself.
    const begin = edited(base(), 'window', { length: '2', lengthUnits: 's' });
    await rig.begin(begin);
    const rounds: Held[] = [];
    const durations: number[] = [];
    let arrived = 0;
    let flow: FlowNode[] = begin;
    for (let deploy = 1; deploy <= DEPLOYS; deploy++) {
      if (deploy % 3 === 1) flow = edited(flow, 'receiver', { format: deploy % 2 === 0 ? 'json' : 'auto' });
      else if (deploy % 3 === 2) flow = edited(flow, 'neighbour', { name: `neighbour ${String(deploy)}` });
      else flow = edited(flow, 'tab', { env: [{ name: 'A', value: String(deploy), type: 'str' }] });
      const before = performance.now();
      await rig.deploy(flow);
      durations.push(performance.now() - before);
      if (deploy % ROUND > 0) continue;
      const sent = await rig.endTraffic();
      await rig.exactlyOnce(sent);
      arrived += sent;
      for (const id of ['totals', 'extras', 'records']) await rig.nodeRed.forgetCollected(id);
      rounds.push(await held());
      await rig.nodeRed.startTraffic('source', { perSecond: 500, topics: ['a'] });
    }
    await rig.endTraffic();

    const sorted = durations.sort((a, b) => a - b);
    const at = (share: number): string => `${(sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(0)} ms`;
    const quarter = rounds.length / 4;
    const [first, last] = [rounds.slice(0, quarter), rounds.slice(-quarter)];
    const least = (of: readonly Held[], what: keyof Held): number => Math.min(...of.map((round) => round[what]));
    const most = (of: readonly Held[], what: keyof Held): number => Math.max(...of.map((round) => round[what]));
    const megabytes = (what: 'heap' | 'rss'): string => {
      const quarters = [0, 1, 2, 3].map((place) => least(rounds.slice(place * quarter, (place + 1) * quarter), what));
      return `${what} ${quarters.map((bytes) => (bytes / 1e6).toFixed(1)).join(' → ')} MB`;
    };
    const range = (what: keyof Held): string => `${what} ${String(least(rounds, what))}…${String(most(rounds, what))}`;
    console.log(
      `      ${String(DEPLOYS)} deploys, each ${at(0.5)} (median), ${at(0.95)} (95 %), ${at(1)} (longest); ` +
        `${String(arrived)} messages sent and arrived; ${megabytes('heap')}, ${megabytes('rss')} (by quarter); ` +
        ['workers', 'timers', 'sockets', 'descriptors'].map((what) => range(what as keyof Held)).join(', '),
    );

    expect([least(rounds, 'workers'), most(rounds, 'workers')]).to.deep.equal([1, 1]);
    expect(most(last, 'timers')).to.be.at.most(most(first, 'timers'));
    expect(most(last, 'sockets')).to.be.at.most(most(first, 'sockets') + 1);
    expect(most(last, 'descriptors')).to.be.at.most(most(first, 'descriptors') + 1);
    expect(least(last, 'heap')).to.be.below(least(first, 'heap') * 1.05 + 1e6);
    expect(least(last, 'rss')).to.be.below(least(first, 'rss') * 1.25);
  });
});
