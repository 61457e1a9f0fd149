import { expect } from 'chai';
import { type Answer, type Picture, type Question, SnapshotFeed } from '../../../nodes/sidebar/editor/SnapshotFeed';
import type { MonitorSnapshot } from '../../../src/flow/monitor/snapshot';
import { ManualClock } from '../../../src/ports/ManualClock';
import { line, monitor, plan, snapshot } from './monitored';

/** A runtime that answers when the test says so, and a screen that remembers what it was shown. */
class World {
  readonly clock = new ManualClock();
  readonly questions: Question[] = [];
  readonly pictures: Picture[] = [];
  readonly failures: number[] = [];
  mayAsk = true;
  #pending: ((answer: Answer) => void) | undefined;
  readonly feed = new SnapshotFeed(
    {
      mayAsk: () => this.mayAsk,
      ask: (question, done) => {
        expect(this.#pending, 'one question at a time').to.equal(undefined);
        this.questions.push(question);
        this.#pending = done;
        return () => (this.#pending = undefined);
      },
      after: (delay, callback) => {
        const timer = this.clock.schedule(delay, callback);
        return () => timer.cancel();
      },
    },
    { show: (picture) => this.pictures.push(picture), fail: (status) => this.failures.push(status) },
  );

  get isAsked(): boolean {
    return this.#pending !== undefined;
  }

  answer(answer: MonitorSnapshot | { readonly status: number }): void {
    const done = this.#pending;
    if (done === undefined) throw new Error('nothing was asked');
    this.#pending = undefined;
    done('status' in answer ? answer : { snapshot: answer });
  }

  /** Lets the answers of some seconds be the same. */
  async pass(seconds: number, answer: MonitorSnapshot): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      await this.clock.advance(1000);
      this.answer(answer);
    }
  }
}

describe("the sidebar's SnapshotFeed", () => {
  let world: World;
  beforeEach(() => (world = new World()));

  it('asks nothing while the user may not know the answers, and says so', async () => {
    world.mayAsk = false;
    world.feed.start();
    world.feed.choose('g');
    world.feed.askNow();
    await world.clock.advance(60_000);
    expect([world.questions, world.failures]).to.deep.equal([[], [403]]);
    // Looked at again, after logging in as somebody else.
    world.feed.stop();
    world.mayAsk = true;
    world.feed.start();
    expect(world.questions).to.deep.equal([{ graph: 'g', since: 0 }]);
  });

  /** Shows the graph `g`, with batches 1 and 2. */
  function begin(): void {
    world.feed.start();
    world.answer(snapshot([line('g'), line('h')]));
    world.answer(snapshot([line('g'), line('h')], monitor('g', [1, 2], { plan, revision: 4 })));
  }

  it('asks for nothing before it is started', async () => {
    await world.clock.advance(60_000);
    expect(world.questions).to.deep.equal([]);
  });

  it('finds a graph, and asks for it at once', () => {
    begin();
    expect(world.questions).to.deep.equal([{}, { graph: 'g', since: 0 }]);
    expect(world.pictures.map(({ shown, graph }) => [shown, graph?.plan])).to.deep.equal([['g', plan]]);
  });

  it('asks once a second, for what is new, and remembers the rest', async () => {
    begin();
    await world.clock.advance(999);
    expect(world.isAsked).to.equal(false);
    await world.clock.advance(1);
    expect(world.questions.at(-1)).to.deep.equal({ graph: 'g', since: 2, plan: 4 });
    world.answer(snapshot([line('g')], monitor('g', [3], { revision: 4 })));
    const picture = world.pictures.at(-1);
    expect(picture?.history?.batches.times).to.deep.equal([1000, 2000, 3000]);
    expect(picture?.graph?.plan).to.equal(plan);
  });

  it('waits for an answer as long as it takes', async () => {
    world.feed.start();
    await world.clock.advance(60_000);
    expect(world.questions).to.have.length(1);
  });

  it('stops at once, takes back what it asked, and goes on where it was', async () => {
    begin();
    await world.clock.advance(1000);
    world.feed.stop();
    expect(world.isAsked).to.equal(false);
    await world.clock.advance(60_000);
    expect(world.questions).to.have.length(3);
    world.feed.start();
    expect(world.questions.at(-1)).to.deep.equal({ graph: 'g', since: 2, plan: 4 });
  });

  it('does not ask twice where it is started twice', () => {
    world.feed.start();
    world.feed.start();
    expect(world.questions).to.have.length(1);
  });

  it('says that there is no answer, asks again ever more slowly, and then goes on as before', async () => {
    begin();
    const waits: number[] = [];
    await world.clock.advance(1000);
    for (let failure = 0; failure < 6; failure++) {
      world.answer({ status: 0 });
      let wait = 0;
      while (!world.isAsked) {
        await world.clock.advance(1000);
        wait++;
      }
      waits.push(wait);
    }
    expect(waits).to.deep.equal([2, 4, 8, 10, 10, 10]);
    expect(world.failures).to.deep.equal([0, 0, 0, 0, 0, 0]);
    world.answer(snapshot([line('g')], monitor('g', [3], { revision: 4 })));
    expect(world.pictures.at(-1)?.history?.length).to.equal(3);
    await world.clock.advance(1000);
    expect(world.isAsked).to.equal(true);
  });

  it('begins anew at once where Node-RED was restarted meanwhile', async () => {
    begin();
    await world.clock.advance(1000);
    world.answer(snapshot([line('g')], monitor('g', [], { sequence: 1 })));
    expect(world.questions.at(-1)).to.deep.equal({ graph: 'g', since: 0 });
    world.answer(snapshot([line('g')], monitor('g', [1], { plan })));
    expect(world.pictures.at(-1)?.history?.batches.times).to.deep.equal([1000]);
  });

  it('shows the graph that is chosen, from the beginning', async () => {
    begin();
    world.feed.choose('h');
    expect(world.questions.at(-1)).to.deep.equal({ graph: 'h', since: 0 });
    world.answer(snapshot([line('g'), line('h')], monitor('h', [7])));
    expect(world.pictures.at(-1)?.shown).to.equal('h');
    world.feed.choose('h');
    expect(world.isAsked, 'it is shown already').to.equal(false);
    await world.clock.advance(1000);
    expect(world.questions.at(-1)).to.deep.equal({ graph: 'h', since: 7 });
  });

  it('shows another while the chosen one is gone, and comes back to it', async () => {
    begin();
    world.feed.choose('h');
    world.answer(snapshot([line('g'), line('h')], monitor('h', [7])));
    await world.clock.advance(1000);
    world.answer(snapshot([line('g')]));
    world.answer(snapshot([line('g')], monitor('g', [1])));
    expect(world.pictures.at(-1)?.shown).to.equal('g');
    await world.clock.advance(1000);
    world.answer(snapshot([line('g'), line('h')], monitor('g', [2])));
    expect(world.questions.at(-1)).to.deep.equal({ graph: 'h', since: 0 });
  });

  it('says which graph is meant where that one has no figures, and asks once a second', async () => {
    world.feed.start();
    const broken = snapshot([line('g', { state: 'broken' })]);
    world.answer(broken);
    world.answer(broken);
    expect(world.pictures.map(({ shown, graph }) => [shown, graph])).to.deep.equal([['g', undefined]]);
    await world.pass(5, broken);
    expect(world.questions).to.have.length(7);
  });

  it('asks at most twice in a row where graphs come and go', async () => {
    begin();
    world.feed.choose('h');
    world.answer(snapshot([line('g')]));
    world.answer(snapshot([line('h')]));
    expect(world.isAsked).to.equal(false);
    await world.clock.advance(1000);
    expect(world.isAsked).to.equal(true);
  });

  it('shows that there is no graph', async () => {
    world.feed.start();
    world.answer(snapshot([]));
    expect(world.pictures).to.have.length(1);
    expect(world.pictures[0]).to.not.have.any.keys('shown', 'graph', 'history');
    await world.pass(1, snapshot([]));
    expect(world.questions.at(-1)).to.deep.equal({});
  });

  it('forgets a graph that is gone for good', async () => {
    begin();
    await world.clock.advance(1000);
    world.answer(snapshot([]));
    expect(world.pictures.at(-1)).to.not.have.any.keys('shown', 'graph', 'history');
  });

  it('asks at once where something was changed', () => {
    begin();
    world.feed.askNow();
    expect(world.questions).to.have.length(3);
    world.feed.stop();
    world.feed.askNow();
    expect(world.isAsked).to.equal(false);
  });
});
