import { expect } from 'chai';
import { KeyTable } from '../../../src/operators/window/KeyTable';

describe('KeyTable', () => {
  it('numbers keys from 0, and gives the numbers of those that went to others', () => {
    const table = new KeyTable();
    expect([table.intern('a', 'a'), table.intern('b', 'b'), table.intern('a', 'a')]).to.deep.equal([0, 1, 0]);
    expect([table.size, table.bound]).to.deep.equal([2, 2]);
    table.release(0);
    expect([table.idOf('a'), table.idOf('b'), table.size]).to.deep.equal([undefined, 1, 1]);
    expect(table.intern('{"x":1}', { x: 1 })).to.equal(0);
    expect([table.identity(0), table.key(0), table.bound]).to.deep.equal(['{"x":1}', { x: 1 }, 2]);
  });

  it('remembers the keys as they are now', () => {
    const table = new KeyTable();
    table.intern('a', 'a');
    const keys = table.keysNow();
    table.release(0);
    table.intern('b', 'b');
    expect(keys).to.deep.equal(['a']);
  });

  it('tells an undefined key from a number that is free', () => {
    const table = new KeyTable();
    expect(table.intern(undefined, undefined)).to.equal(0);
    expect(table.idOf(undefined)).to.equal(0);
    table.release(0);
    expect([table.idOf(undefined), table.size]).to.deep.equal([undefined, 0]);
  });
});
