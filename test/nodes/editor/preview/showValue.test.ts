import { expect } from 'chai';
import { MOST_CHARACTERS, showValue } from '../../../../nodes/shared/editor/preview/showValue';

describe('showValue', () => {
  it('writes plain data like JSON, with blanks to break lines at', () => {
    expect(showValue({ a: [1, 'x', null, true], b: {} })).to.equal('{"a": [1, "x", null, true], "b": {}}');
  });

  it('writes what JSON has no word for', () => {
    expect(showValue(undefined)).to.equal('undefined');
    expect(showValue([NaN, -Infinity, 12n, () => 1, Symbol('s')])).to.equal('[NaN, -Infinity, 12n, function, Symbol(s)]');
    expect(showValue(new Date(0))).to.equal('"1970-01-01T00:00:00.000Z"');
    expect(showValue(new Error('broken'))).to.equal('Error: broken');
  });

  it('survives values that contain themselves, throw, or have no end', () => {
    const knot: { self?: unknown } = {};
    knot.self = knot;
    expect(showValue(knot)).to.equal('{"self": ...}');
    expect(showValue({ get trap(): never { throw new Error('looked at'); } })).to.equal('...');
    expect(showValue(new Proxy({}, { ownKeys: () => { throw new Error('looked at'); } }))).to.equal('...');
    expect(showValue(Array.from({ length: 1000 }, () => 1))).to.match(/^\[(1, ){100}\.\.\.\]$/);
    let deep: unknown = 1;
    for (let depth = 0; depth < 100_000; depth++) deep = [deep];
    expect(showValue(deep)).to.have.length.below(100);
    const bush = (depth: number): unknown => (depth === 0 ? 'leaf' : Array.from({ length: 50 }, () => shared[depth - 1]));
    const shared: unknown[] = [];
    for (let depth = 0; depth < 15; depth++) shared.push(bush(depth));
    expect(showValue(shared.at(-1))).to.have.length.below(3 * MOST_CHARACTERS);
    expect(showValue('x'.repeat(100_000))).to.have.length.below(MOST_CHARACTERS + 10);
  });

  it('leaves markup as it is: nobody reads it as HTML', () => {
    expect(showValue('<img src=x onerror=alert(1)>')).to.equal('"<img src=x onerror=alert(1)>"');
  });
});
