import { expect } from 'chai';
import fc from 'fast-check';
import { DataRecord, type RecordKey } from '../../../src/engine/DataRecord';
import { encodeSection } from '../../../src/engine/encodeSection';
import { RecordWindow } from '../../../src/engine/prepare/RecordWindow';
import { bytesOf, stored } from './stored';

const odd = fc.constantFrom<unknown>(undefined, null, -0, NaN, Buffer.from('b'), { a: [new Date(1)] });
const payload = fc.oneof(fc.integer(), fc.double(), odd);
const key = fc.constantFrom<RecordKey>('k', 1, true, null);
const record = fc.tuple(payload, fc.constantFrom('t', 'u'), key)
  .map(([value, topic, itsKey]) => new DataRecord(value, topic, itsKey, 5, 6));
const batches = fc.array(fc.array(record, { maxLength: 4 }), { minLength: 1, maxLength: 8 });

function run(state: RecordWindow, time: number, batch: readonly DataRecord[]): readonly DataRecord[] {
  state.take(time, (emit) => {
    batch.forEach(emit);
  });
  return state.emit(time);
}

describe('RecordWindow', () => {
  it('goes on to the last bit from what was stored after any batch', () => {
    fc.assert(fc.property(batches, fc.integer({ min: 1, max: 4 }), (all, length) => {
      const uninterrupted = new RecordWindow(length * 1000, 1000, 1000);
      let restarted = new RecordWindow(length * 1000, 1000, 1000);
      all.forEach((batch, index) => {
        const time = (index + 1) * 1000;
        expect(bytesOf(run(restarted, time, batch))).to.equal(bytesOf(run(uninterrupted, time, batch)));
        expect(restarted.closingTimes(time, time + 9000)).to.deep.equal(uninterrupted.closingTimes(time, time + 9000));
        const sections = stored(restarted);
        restarted = new RecordWindow(length * 1000, 1000, 1000);
        restarted.restore(sections);
        expect(restarted.since).to.equal(0);
        expect(stored(restarted)).to.deep.equal(sections);
      });
    }), { numRuns: 100 });
  });

  it('has a section for each batch, which stays the same', () => {
    const state = new RecordWindow(2000, 1000, 1000);
    run(state, 1000, [new DataRecord(1, 't', 'k', 5, 6)]);
    const [, before] = state.sections();
    run(state, 2000, []);
    const [, after] = state.sections();
    expect(after?.unchanging).to.be.an('object').and.equal(before?.unchanging);
    expect(state.sections().map(({ name }) => name)).to.deep.equal(['head', 'pane/1000', 'pane/2000']);
    run(state, 3000, []);
    expect(state.sections().map(({ name }) => name)).to.deep.equal(['head', 'pane/2000', 'pane/3000']);
  });

  it('names the key whose record cannot be stored', () => {
    const state = new RecordWindow(2000, 1000, 1000);
    run(state, 1000, [new DataRecord(1, 't', 'good', 5, 6), new DataRecord(() => 1, 't', 'bad', 5, 6)]);
    const sections = state.sections();
    expect(() => sections.map((section) => encodeSection('w', section))).to.throw('for the key "bad": The value is a function');
  });

  it('refuses what it never stored', () => {
    const state = new RecordWindow(2000, 1000, 1000);
    for (const time of [1000, 2000]) run(state, time, [new DataRecord(1, 't', 'k', 5, 6)]);
    const good = stored(state);
    const pane = good.get('pane/1000') as object;
    const cases: readonly (readonly [section: string, data: unknown, message: string])[] = [
      ['head', { version: 9 }, 'version 9, and this program reads version 1'],
      ['head', { version: 1, panes: [2000, 1000] }, 'do not ascend'],
      ['head', { version: 1, since: 'x', panes: [] }, 'In "head since" there should be a number'],
      ['pane/1000', undefined, 'In "pane/1000" there should be an object'],
      ['pane/1000', { ...pane, keys: [{}] }, 'In "pane/1000 keys" there should be a text'],
      ['pane/1000', { ...pane, payloads: [] }, 'There are 0 values in "pane/1000 payloads", and there should be 1.'],
      ['pane/1000', { ...pane, topics: [1] }, 'In "pane/1000 topics" there should be a text, and there is 1.'],
      ['pane/1000', { ...pane, orders: [Infinity] }, 'In "pane/1000 orders" there should be a number'],
    ];
    for (const [section, data, message] of cases) {
      expect(() => {
        new RecordWindow(2000, 1000, 1000).restore(new Map([...good, [section, data]]));
      }, message).to.throw(RangeError, message);
    }
  });
});
