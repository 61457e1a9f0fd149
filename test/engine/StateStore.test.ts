import { expect } from 'chai';
import { type LoadedState, operatorOf, StateStore } from '../../src/engine/StateStore';
import type { StateSection, StoredState } from '../../src/engine/StoredState';

class Counter implements StoredState {
  value = 0;

  sections(): readonly StateSection[] {
    return [{ name: 'head', data: () => this.value }];
  }

  restore(sections: ReadonlyMap<string, unknown>): void {
    const value = sections.get('head');
    if (typeof value !== 'number') throw new RangeError('There is no number.');
    this.value = value;
  }
}

function loaded(entries: Readonly<Record<string, readonly [fingerprint: string, value: unknown]>>): Map<string, LoadedState> {
  return new Map(Object.entries(entries).map(([name, [fingerprint, value]]) =>
    [name, { fingerprint, read: () => new Map([['head', value]]) }]));
}

/** Builds a plan whose operators ask for these states. */
function build(store: StateStore, wanted: Readonly<Record<string, string>>): Record<string, Counter> {
  store.begin();
  const get = (name: string, fingerprint: string): Counter => store.get(name, fingerprint, () => new Counter());
  return Object.fromEntries(Object.entries(wanted).map(([name, fingerprint]) => [name, get(name, fingerprint)]));
}

const names = (store: StateStore): string[] => Array.from(store.stored(), ({ name, fingerprint }) => `${name}:${fingerprint}`);

describe('StateStore', () => {
  it('keeps state for as long as its operator means the same', () => {
    const store = new StateStore();
    const first = build(store, { a: '1', b: '1' });
    expect([...store.end()]).to.deep.equal(['a', 'b']);
    const second = build(store, { a: '1', b: '2' });
    expect(second['a']).to.equal(first['a']);
    expect(second['b']).not.to.equal(first['b']);
    expect(store.conflicts()).to.deep.equal([{ name: 'b', kind: 'changed' }]);
    expect([...store.end()]).to.deep.equal(['b']);
    expect(names(store)).to.deep.equal(['a:1', 'b:2']);
    build(store, { b: '2' });
    expect(store.conflicts()).to.deep.equal([{ name: 'a', kind: 'gone' }]);
    expect([...store.end()]).to.deep.equal([]);
    expect(names(store)).to.deep.equal(['b:2']);
    expect(build(store, { a: '1' })['a']).not.to.equal(first['a']);
  });

  it('gives the same state to all who ask for it in one build', () => {
    const store = new StateStore();
    store.begin();
    const one = store.get('a', '1', () => new Counter());
    expect(store.get('a', '1', () => new Counter())).to.equal(one);
  });

  it('goes on from what was loaded, which is not new then', () => {
    const store = new StateStore();
    store.load(loaded({ same: ['1', 5], changed: ['1', 6], gone: ['1', 7] }));
    const { same, changed, fresh } = build(store, { same: '1', changed: '2', fresh: '1' });
    expect([same?.value, changed?.value, fresh?.value]).to.deep.equal([5, 0, 0]);
    expect(store.conflicts()).to.deep.equal([{ name: 'changed', kind: 'changed' }, { name: 'gone', kind: 'gone' }]);
    expect([...store.end()]).to.deep.equal(['changed', 'fresh']);
    // What nobody wanted is forgotten as live state is, and what was taken is not taken again.
    if (same !== undefined) same.value = 8;
    const again = build(store, { same: '1', gone: '1' });
    expect([again['same']?.value, again['gone']?.value]).to.deep.equal([8, 0]);
  });

  it('prefers state that is there to what was loaded', () => {
    const store = new StateStore();
    const { a } = build(store, { a: '1' });
    store.end();
    store.load(loaded({ a: ['1', 5] }));
    expect(build(store, { a: '1' })['a']).to.equal(a);
    expect(store.conflicts()).to.deep.equal([]);
  });

  it('forgets nothing when a build is given up', () => {
    const store = new StateStore();
    const { kept } = build(store, { kept: '1' });
    store.end();
    store.load(loaded({ stored: ['1', 5] }));
    const given = build(store, { stored: '1', other: '1' });
    if (given['stored'] !== undefined) given['stored'].value = 100;
    store.abandon();
    expect(names(store)).to.deep.equal(['kept:1']);
    const again = build(store, { kept: '1', stored: '1' });
    expect(again['kept']).to.equal(kept);
    expect(again['stored']?.value).to.equal(5);
    expect(store.conflicts()).to.deep.equal([]);
    expect([...store.end()]).to.deep.equal([]);
  });

  it('discards what it is told to, so that it begins afresh', () => {
    const store = new StateStore();
    store.load(loaded({ a: ['1', 5], 'a/since': ['1', 6], b: ['1', 7] }));
    store.discard((name) => operatorOf(name) === 'a');
    const { a, b } = build(store, { a: '1', 'a/since': '1', b: '1' });
    expect([a?.value, b?.value]).to.deep.equal([0, 7]);
    expect([...store.end()]).to.deep.equal(['a', 'a/since']);
    store.discard((name) => name === 'b');
    expect(names(store)).to.deep.equal(['a:1', 'a/since:1']);
  });

  it('says of which state the stored form is damaged', () => {
    const store = new StateStore();
    store.load(loaded({ a: ['1', 'text'] }));
    const message = 'The checkpoint\'s state "a" is not as it was written: There is no number.';
    expect(() => build(store, { a: '1' })).to.throw(RangeError, message);
    const failing = new Map([['a', { fingerprint: '1', read: (): Map<string, unknown> => expect.fail('the disk is gone') }]]);
    store.load(failing);
    expect(() => build(store, { a: '1' })).to.throw('the disk is gone');
  });

  it('makes place for what is loaded, and brings back what was there when the build is given up', () => {
    const store = new StateStore();
    const { a } = build(store, { a: '1' });
    store.end();
    if (a !== undefined) a.value = 3;
    store.makePlace();
    store.load(loaded({ a: ['1', 5] }));
    expect(build(store, { a: '1' })['a']?.value).to.equal(5);
    store.abandon();
    expect(build(store, { a: '1' })['a']).to.equal(a);
    store.end();
    store.makePlace();
    store.load(loaded({ a: ['1', 5] }));
    build(store, { a: '1' });
    store.end();
    store.abandon();
    expect(build(store, { a: '1' })['a']?.value).to.equal(5);
  });

  it('does not read what nobody wants', () => {
    const store = new StateStore();
    const never = (): Map<string, unknown> => expect.fail('read');
    store.load(new Map([['a', { fingerprint: '1', read: never }], ['b', { fingerprint: '1', read: never }]]));
    build(store, { a: '2' });
    store.end();
  });
});
