import { expect } from 'chai';
import { Refused, SampleFeed, type Samples } from '../../../../nodes/shared/editor/preview/SampleFeed';

/** A runtime and a page on a string: answers by address, and the one thing that is to be done later. */
class World {
  readonly asked: string[] = [];
  readonly shown: Samples[] = [];
  readonly answers = new Map<string, unknown>();
  waiting: { readonly action: () => void; readonly milliseconds: number } | undefined;
  readonly feed: SampleFeed;

  constructor(answers: Readonly<Record<string, unknown>> = {}, node = 'm') {
    for (const [address, answer] of Object.entries(answers)) this.answers.set(address, answer);
    this.feed = new SampleFeed(node, (samples) => this.shown.push(samples), {
      get: (address) => {
        this.asked.push(address);
        const answer = this.answers.get(address);
        return typeof answer === 'number' ? Promise.reject(new Refused(answer)) : Promise.resolve(answer);
      },
      later: (action, milliseconds) => {
        this.waiting = { action, milliseconds };
        return () => (this.waiting = undefined);
      },
    });
  }

  async settle(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** A second later. */
  async again(): Promise<void> {
    expect(this.waiting?.milliseconds).to.equal(1000);
    const action = this.waiting?.action;
    this.waiting = undefined;
    action?.();
    await this.settle();
  }

  get states(): string[] {
    return this.shown.map(({ state }) => state);
  }
}

const GRAPHS = [{ graph: 'other', operators: {} }, { graph: 'b/1', operators: { m: {} } }];
const SAMPLES = 'dstream/graphs/b%2F1/samples/m';
const record = { payload: 1, topic: 't', key: 'k', time: 5 };

describe('SampleFeed', () => {
  it('finds the graph, and asks for its records each second', async () => {
    const world = new World({ 'dstream/graphs': GRAPHS, [SAMPLES]: { sampling: false, records: [] } });
    await world.settle();
    expect(world.states).to.deep.equal(['waiting']);
    world.answers.set(SAMPLES, { sampling: true, records: [{ ...record, truncated: true }, record], batchTime: 9 });
    await world.again();
    expect(world.asked).to.deep.equal(['dstream/graphs', SAMPLES, SAMPLES]);
    expect(world.shown.at(-1)).to.deep.equal({ state: 'records', records: [record, record], batchTime: 9, cut: new Set([0]) });
  });

  it('asks nothing more once it is stopped, and shows no answer that comes late', async () => {
    const world = new World({ 'dstream/graphs': GRAPHS, [SAMPLES]: { sampling: true, records: [record] } });
    world.feed.stop();
    await world.settle();
    expect(world.shown).to.deep.equal([]);
    expect(world.waiting).to.equal(undefined);
    const other = new World({ 'dstream/graphs': GRAPHS, [SAMPLES]: { sampling: true, records: [record] } });
    await other.settle();
    other.feed.stop();
    expect(other.waiting).to.equal(undefined);
  });

  it('says why there are no records', async () => {
    const cases: readonly (readonly [answers: Record<string, unknown>, state: string])[] = [
      [{ 'dstream/graphs': [] }, 'undeployed'],
      [{ 'dstream/graphs': 401 }, 'forbidden'],
      [{ 'dstream/graphs': 403 }, 'forbidden'],
      [{ 'dstream/graphs': 0 }, 'unreachable'],
      [{ 'dstream/graphs': 500 }, 'unreachable'],
      [{ 'dstream/graphs': 'not a list' }, 'unreachable'],
      [{ 'dstream/graphs': GRAPHS, [SAMPLES]: 403 }, 'forbidden'],
      [{ 'dstream/graphs': GRAPHS, [SAMPLES]: 404 }, 'undeployed'],
      [{ 'dstream/graphs': GRAPHS, [SAMPLES]: 409 }, 'failed'],
    ];
    for (const [answers, state] of cases) {
      const world = new World(answers);
      await world.settle();
      expect(world.states, JSON.stringify(answers)).to.deep.equal([state]);
      expect(world.waiting === undefined, 'asks no more only where that is of no use').to.equal(state === 'forbidden');
    }
  });

  it('looks for the graph again after a refusal: a deploy may have given it another name', async () => {
    const world = new World({ 'dstream/graphs': GRAPHS, [SAMPLES]: 404 });
    await world.settle();
    world.answers.set('dstream/graphs', [{ graph: 'c', operators: { m: {} } }]);
    world.answers.set('dstream/graphs/c/samples/m', { sampling: true, records: [record] });
    await world.again();
    expect(world.states).to.deep.equal(['undeployed', 'records']);
  });
});
