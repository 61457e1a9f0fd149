import { expect } from 'chai';
import { RefusedError } from '../../src/engine/RefusedError';
import { MOST_WAITING, WireInput, type WireTarget } from '../../src/flow/WireInput';
import { ManualClock } from '../../src/ports/ManualClock';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** An offer that the graph has not answered yet. */
interface Open {
  readonly payloads: readonly unknown[];
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

describe('WireInput', () => {
  let clock: ManualClock;
  let target: WireTarget | 'wait';
  let input: WireInput;
  let open: Open[];
  let told: string[];
  const slow: WireTarget = {
    take: (messages) =>
      new Promise((resolve, reject) => {
        open.push({ payloads: messages.map(({ payload }) => payload), resolve, reject });
      }),
    limit: 2000,
    refused: () => undefined,
  };

  beforeEach(() => {
    clock = new ManualClock(0);
    target = slow;
    open = [];
    told = [];
    input = new WireInput(() => target, clock);
  });

  const add = (...payloads: readonly number[]): void => {
    for (const payload of payloads) input.add({ payload, topic: '' }, (error) => told.push(`${String(payload)} ${error?.message ?? 'done'}`));
  };

  it('calls a message done when the graph has it, however long that takes, and not before', async () => {
    add(1, 2);
    await turn();
    add(3);
    await turn();
    expect(open.map(({ payloads }) => payloads)).to.deep.equal([[1, 2], [3]]);
    await clock.advance(60_000);
    expect(told).to.deep.equal([]);
    open[1]?.resolve();
    await turn();
    expect(told).to.deep.equal(['3 done']);
    open[0]?.resolve();
    await turn();
    expect(told).to.deep.equal(['3 done', '1 done', '2 done']);
  });

  it('tells of messages that a graph had not taken when it died, and calls those done that it had', async () => {
    add(1, 2, 3);
    await turn();
    open[0]?.reject(new RefusedError('The graph died.', 1));
    await turn();
    expect(told).to.deep.equal(['1 done', '2 The graph died.']);
    await clock.advance(1000);
    expect(told).to.deep.equal(['1 done', '2 The graph died.', '3 The graph died.']);
  });

  it('keeps what comes during a deploy, in order, and refuses it where nobody takes it in the end', async () => {
    target = 'wait';
    add(1, 2);
    await turn();
    expect(open).to.deep.equal([]);
    target = { ...slow, take: () => Promise.reject(new Error('The graph does not run.')) };
    input.flush();
    await turn();
    await clock.advance(1000);
    expect(told).to.deep.equal(['1 The graph does not run.', '2 The graph does not run.']);
  });

  it('refuses what is more than may wait during a deploy', () => {
    target = 'wait';
    for (let payload = 0; payload < MOST_WAITING; payload++) input.add({ payload, topic: '' }, () => undefined);
    add(7);
    expect(told).to.deep.equal(['7 100000 messages wait for the deploy to end; this one was refused.']);
  });
});
