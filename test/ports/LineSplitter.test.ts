import { expect } from 'chai';
import * as fc from 'fast-check';
import { LineSplitter, LineTooLongError } from '../../src/ports/LineSplitter';

/** The lines of text that comes in these pieces, and what is left at its end. */
function linesOf(pieces: readonly Uint8Array[], limit?: number): { lines: string[]; last: string | undefined } {
  const splitter = new LineSplitter(limit);
  const lines: string[] = [];
  for (const piece of pieces) splitter.push(piece, (line) => lines.push(Buffer.from(line).toString('utf8')));
  const last = splitter.end();
  return { lines, last: last === undefined ? undefined : Buffer.from(last).toString('utf8') };
}

describe('LineSplitter', () => {
  const cases: [what: string, pieces: string[], lines: string[], last: string | undefined][] = [
    ['one line', ['a\n'], ['a'], undefined],
    ['a line without an end', ['a'], [], 'a'],
    ['empty lines', ['\n\na\n\n'], ['', '', 'a', ''], undefined],
    ['carriage returns in front of the end only', ['a\r\nb\rc\r\n\r\n'], ['a', 'b\rc', ''], undefined],
    ['a carriage return and its line feed in two pieces', ['a\r', '\nb'], ['a'], 'b'],
    ['a line in many pieces', ['a', 'b', '', 'c\nd', 'e\n'], ['abc', 'de'], undefined],
    ['a carriage return at the very end', ['a\r'], [], 'a'],
    ['nothing at all', ['', ''], [], undefined],
  ];
  for (const [what, pieces, lines, last] of cases) {
    it(`cuts ${what}`, () => {
      expect(linesOf(pieces.map((piece) => Buffer.from(piece)))).to.deep.equal({ lines, last });
    });
  }

  it('keeps characters whole, wherever the pieces are cut', () => {
    const text = 'größe 1 €\r\n温度\n🌡 21\n';
    const bytes = Buffer.from(text);
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(linesOf([bytes.subarray(0, cut), bytes.subarray(cut)]).lines).to.deep.equal(['größe 1 €', '温度', '🌡 21']);
    }
  });

  it('gives the same as cutting the whole text, for any text in any pieces', () => {
    const text = fc.array(fc.constantFrom('a', 'é', '🌡', '\n', '\r\n'), { maxLength: 60 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, fc.array(fc.nat(200), { maxLength: 10 }), (whole, cuts) => {
        const bytes = Buffer.from(whole);
        const places = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((first, second) => first - second), bytes.length];
        const pieces = places.slice(1).map((place, index) => bytes.subarray(places[index], place));
        const { lines, last } = linesOf(pieces);
        const expected = whole.split(/\r?\n/);
        expect([...lines, last ?? '']).to.deep.equal(expected);
      }),
      { numRuns: 300 },
    );
  });

  describe('with a limit', () => {
    it('takes a line of just that many bytes, however it ends', () => {
      expect(linesOf([Buffer.from('1234\n1234\r\n12'), Buffer.from('34')], 4)).to.deep.equal({ lines: ['1234', '1234'], last: '1234' });
      expect(linesOf([Buffer.from('1234\r'), Buffer.from('\n')], 4).lines).to.deep.equal(['1234']);
    });

    const tooLong: [what: string, pieces: string[], before: string[], size: number][] = [
      ['that ends in the same piece', ['a\n12345\n'], ['a'], 5],
      ['that has not ended', ['a\nb\n', '12345678'], ['a', 'b'], 8],
      ['that grew piece by piece', ['123', '4', '56'], [], 6],
    ];
    for (const [what, pieces, before, size] of tooLong) {
      it(`refuses a longer one ${what}, after handing out those before it`, () => {
        const splitter = new LineSplitter(4);
        const lines: string[] = [];
        let thrown: unknown;
        try {
          for (const piece of pieces) splitter.push(Buffer.from(piece), (line) => lines.push(String(Buffer.from(line))));
        } catch (error) {
          thrown = error;
        }
        expect(thrown).to.be.instanceOf(LineTooLongError);
        expect((thrown as LineTooLongError).size).to.equal(size);
        expect((thrown as Error).message).to.equal(`A line of at least ${String(size)} bytes came, and at most 4 are allowed.`);
        expect(lines).to.deep.equal(before);
        expect(splitter.held).to.equal(0);
      });
    }
  });

  it('copies a line that comes byte by byte only a few times', () => {
    const splitter = new LineSplitter();
    const size = 300_000;
    const started = performance.now();
    for (let index = 0; index < size; index++) splitter.push(Uint8Array.of(0x61), () => undefined);
    expect(splitter.held).to.equal(size);
    expect(splitter.end()).to.have.length(size);
    // Copying all that is held for each byte would be 45 GB.
    expect(performance.now() - started).to.be.below(3000);
  });
});
