import { expect } from 'chai';
import fc from 'fast-check';
import { LineCutter, LONGEST_LINE } from '../../../src/sources/folder/LineCutter';

function cut(pieces: readonly Buffer[]): string[] {
  const cutter = new LineCutter();
  const lines = pieces.flatMap((piece) => cutter.take(piece));
  return [...lines, ...cutter.end()].map(String);
}

describe('LineCutter', () => {
  it('gives the same lines however the text is cut into pieces', () => {
    const text = fc.array(fc.constantFrom('a', 'é', '\n', '\r\n', '\r', ' '), { maxLength: 30 }).map((all) => all.join(''));
    fc.assert(
      fc.property(text, fc.array(fc.nat(40), { maxLength: 6 }), (content, cuts) => {
        const bytes = Buffer.from(content);
        const places = [0, ...cuts.map((place) => Math.min(place, bytes.length)).sort((a, b) => a - b), bytes.length];
        const pieces = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
        const oracle = content.split('\n').map((line) => line.replace(/\r$/, '')).filter((line) => line !== '');
        expect(cut(pieces)).to.deep.equal(oracle);
      }),
      { numRuns: 1000 },
    );
  });

  it('leaves a byte order mark at the beginning out, and nowhere else', () => {
    expect(cut([Buffer.from('\uFEFFa\n\uFEFFb')])).to.deep.equal(['a', '\uFEFFb']);
  });

  it('leaves lines of more than 1 MiB out, counts them, and goes on', () => {
    const cutter = new LineCutter();
    const long = Buffer.alloc(LONGEST_LINE + 1, 'x');
    const lines = [
      ...cutter.take(Buffer.from('a\n')),
      ...cutter.take(long),
      ...cutter.take(long),
      ...cutter.take(Buffer.from('\nb\r\n')),
      ...cutter.take(Buffer.concat([long, Buffer.from('\nc')])),
      ...cutter.end(),
    ].map(String);
    expect(lines).to.deep.equal(['a', 'b', 'c']);
    expect(cutter.tooLong).to.equal(2);
  });

  it('takes a line of exactly 1 MiB, with its end in pieces', () => {
    const cutter = new LineCutter();
    cutter.take(Buffer.alloc(LONGEST_LINE, 'x'));
    cutter.take(Buffer.from('\r'));
    expect(cutter.take(Buffer.from('\n')).map(({ length }) => length)).to.deep.equal([LONGEST_LINE]);
  });
});
