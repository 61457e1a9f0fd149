import { once } from 'node:events';
import { expect } from 'chai';
import { EmbeddedEngine } from '../../../src/engine/EmbeddedEngine';
import type { OutputEvent } from '../../../src/engine/Engine';
import { map, OPTIONS, planOf, receiver, sink } from '../plans';

for (const isolation of ['thread', 'process'] as const) describe(`a plan run in a ${isolation}`, () => {
  const engine = new EmbeddedEngine({ isolation });

  it('takes messages, gives results, updates and stops', async () => {
    const query = engine.start(planOf([receiver(), map('m', 'in', 'return msg.payload + 1;'), sink('out', 'm')], 50), OPTIONS);
    const outputs: OutputEvent[] = [];
    const events = new EventTarget();
    query.on('output', (event) => {
      outputs.push(event);
      events.dispatchEvent(new Event('output'));
    });
    await query.started;
    await query.offer('in', [{ topic: 'a', payload: 1 }]);
    await once(events, 'output');
    const report = await query.update(planOf([receiver(), map('m', 'in', 'return { bytes: Buffer.from([msg.payload]) };'), sink('out', 'm')], 50), OPTIONS);
    expect(report).to.deep.equal({ kept: ['in', 'out'], restarted: ['m'], dropped: [] });
    await query.offer('in', [{ topic: 'a', payload: 7 }]);
    await once(events, 'output');
    await query.stop();
    await query.stop();
    expect(outputs.map((event) => event.records.map((record) => record.payload))).to.deep.equal([[2], [{ bytes: Buffer.from([7]) }]]);
    expect(Buffer.isBuffer((outputs[1]?.records[0]?.payload as { bytes: unknown }).bytes)).to.equal(true);
    expect(outputs[1]?.batchTime).to.be.greaterThan(outputs[0]?.batchTime ?? Infinity);
  });

  it('says which node has code that is not valid', async () => {
    const query = engine.start(planOf([receiver(), map('m', 'in', 'return ('), sink('out', 'm')]), OPTIONS);
    const failures: string[] = [];
    query.on('failed', (problem) => failures.push(`${problem.nodeId} ${problem.code}`));
    let refused: unknown;
    await query.started.catch((thrown: unknown) => (refused = thrown));
    expect(refused).to.have.nested.property('problem.code', 'function-invalid');
    await query.stop();
    expect(failures).to.deep.equal(['m function-invalid']);
  });

  it('replaces what cannot leave the thread, and tells', async () => {
    const query = engine.start(planOf([receiver(), map('m', 'in', 'return msg.payload === 1 ? { f() {} } : 2;'), sink('out', 'm')], 50), OPTIONS);
    const problems: string[] = [];
    query.on('problem', (problem) => problems.push(problem.code));
    const output = new Promise<OutputEvent>((resolve) => {
      query.on('output', resolve);
    });
    await query.started;
    await query.offer('in', [{ topic: 'a', payload: 1 }, { topic: 'a', payload: 2 }]);
    expect((await output).records.map((record) => record.payload)).to.deep.equal([null, 2]);
    expect(problems).to.deep.equal(['payload-not-portable']);
    await query.stop();
  });

  it('refuses messages after it has stopped', async () => {
    const query = engine.start(planOf([receiver(), sink('out', 'in')]), OPTIONS);
    await query.started;
    await query.stop();
    let refused: unknown;
    await query.offer('in', [{ topic: 'a', payload: 1 }]).catch((thrown: unknown) => (refused = thrown));
    expect(refused).to.include({ name: 'RefusedError', accepted: 0 });
  });
});
