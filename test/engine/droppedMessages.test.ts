import { expect } from 'chai';
import { NODE_STORAGE } from '../../src/engine/durable/Storage';
import type { ProgressEvent } from '../../src/engine/Engine';
import { GraphRunner } from '../../src/engine/GraphRunner';
import type { Problem } from '../../src/plan/Problem';
import { ManualClock } from '../../src/ports/ManualClock';
import type { SourceHost } from '../../src/sources/Source';
import { OPTIONS, planOf, receiver, sink } from './plans';

describe('messages that a source had to drop', () => {
  it('are counted in what is told of its receiver, beside those that it took, and its problem names the receiver', async () => {
    const clock = new ManualClock(0);
    const told: ProgressEvent[] = [];
    const problems: Problem[] = [];
    let source: SourceHost | undefined;
    const runner = new GraphRunner(clock, {
      batch: () => undefined, output: () => undefined, log: () => undefined, described: () => undefined, failed: () => undefined,
      problem: (problem) => problems.push(problem),
      progress: (event) => told.push(event),
    }, undefined, NODE_STORAGE, {
      source: (_operator, _secrets, host) => {
        source = host;
        return { start: () => undefined, stop: () => Promise.resolve() };
      },
      sink: () => undefined,
    });
    await runner.start(planOf([receiver({ source: { kind: 'mqtt', connection: 'c', topic: 't', qos: 0 } }), sink('out', 'in')]), OPTIONS);
    await source?.store([{ payload: 1, topic: 't' }]);
    source?.dropped?.(3);
    source?.dropped?.(2);
    source?.problem({ code: 'mqtt-dropped', what: 'Messages of QoS 0 are lost.', why: '', fix: '' });
    await clock.advance(1000);
    expect(told.at(-1)?.operators['in']).to.include({ refused: 5, recordsOut: 1 });
    expect(problems.map(({ nodeId, code }) => [nodeId, code])).to.deep.equal([['in', 'mqtt-dropped']]);
    await runner.stop();
  });
});
