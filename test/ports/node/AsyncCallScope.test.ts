import { expect } from 'chai';
import { AsyncCallScope } from '../../../src/ports/node/AsyncCallScope';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('AsyncCallScope', () => {
  it('follows calls through what is awaited, until the work has ended', async () => {
    const scope = new AsyncCallScope();
    const seen: [string, boolean][] = [];
    const note = (where: string): number => seen.push([where, scope.isInside]);
    let later: Promise<void> | undefined;
    const work = scope.run(async () => {
      note('before');
      await turn();
      note('after a turn');
      later = turn().then(turn).then(() => {
        note('left behind');
      });
    });
    note('outside meanwhile');
    await work;
    note('outside');
    await later;
    expect(seen).to.deep.equal([
      ['before', true], ['outside meanwhile', false], ['after a turn', true], ['outside', false], ['left behind', false],
    ]);
  });

  it('gives what the work gives, ends with work that throws, and is one of its own', async () => {
    const scope = new AsyncCallScope();
    const other = new AsyncCallScope();
    expect(scope.run(() => [scope.isInside, other.isInside])).to.deep.equal([true, false]);
    let inside: boolean | undefined;
    let later: Promise<void> | undefined;
    expect(() =>
      scope.run(() => {
        later = turn().then(() => {
          inside = scope.isInside;
        });
        throw new Error('thrown');
      }),
    ).to.throw('thrown');
    await later;
    expect(inside).to.equal(false);
    expect(scope.isInside).to.equal(false);
  });
});
