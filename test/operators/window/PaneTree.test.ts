import { expect } from 'chai';
import fc from 'fast-check';
import { PaneTree } from '../../../src/operators/window/PaneTree';

/** Rows are keys; what stands for several panes has each once. */
const joining = {
  combine: (parts: readonly (readonly string[])[]): readonly string[] => [...new Set(parts.flat())],
  size: (rows: readonly string[]): number => rows.length,
};

function treeOf(panes: readonly (readonly [index: number, rows: readonly string[]])[], longest = 1024): PaneTree<readonly string[]> {
  const tree = new PaneTree(joining, longest);
  for (const [index, rows] of panes) tree.append(index, rows);
  return tree;
}

describe('PaneTree', () => {
  it('stands for exactly the panes that are asked for, in their order, whatever was left out and forgotten', () => {
    const panes = fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.subarray(['a', 'b', 'c'])), { maxLength: 80 });
    fc.assert(fc.property(panes, fc.nat(80), fc.nat(400), fc.nat(400), (steps, forgotten, first, length) => {
      let index = 0;
      const all = steps.map(([step, rows]) => {
        index += step;
        return [index, rows] as const;
      });
      const tree = treeOf(all);
      tree.forget(forgotten);
      const expected = all.slice(forgotten).filter(([at]) => first <= at && at <= first + length).flatMap(([, rows]) => rows);
      expect([...new Set(tree.within(first, first + length).flat())]).to.deep.equal([...new Set(expected)]);
    }));
  });

  it('needs at most 6 * log4(n) blocks for n panes with the same keys', () => {
    const tree = treeOf(Array.from({ length: 5000 }, (_, index) => [index, ['a', 'b']]), 4096);
    for (let first = 0; first < 900; first += 7) expect(tree.within(first, first + 4095)).to.have.length.at.most(36);
    // 3 blocks of 1,024 from 1024 on, 3 of 256, 2 of 64, one of 4, and the 4 newest panes, as none comes behind them yet.
    expect(tree.within(1024, 1024 + 4095)).to.have.length(13);
  });

  it('tells what it keeps beside the panes', () => {
    const tree = treeOf(Array.from({ length: 17 }, (_, index) => [index, ['a', 'b']]));
    // Of 16 panes: four blocks of 4, and one of these.
    expect([...tree.blocks()]).to.deep.equal(Array.from({ length: 5 }, () => ['a', 'b']));
    tree.forget(4);
    // With the first pane went the block of 16, and its own of 4.
    expect([...tree.blocks()]).to.have.length(3);
  });

  it('keeps no block that is hardly smaller than its parts', () => {
    const others = treeOf(Array.from({ length: 300 }, (_, index) => [index, [`key ${String(index)}`]]));
    expect(others.within(0, 255)).to.have.length(256);
    // Each key comes again in the next block of 16, which begins to pay with blocks of 64.
    const later = treeOf(Array.from({ length: 300 }, (_, index) => [index, [`key ${String(index % 16)}`]]));
    expect(later.within(0, 255)).to.have.length(1);
    expect(later.within(0, 15)).to.have.length(16);
  });

  it('makes no block that no window can have, or that begins with panes it has forgotten', () => {
    const combined: number[] = [];
    const tree = new PaneTree({ combine: (parts: readonly number[]): number => combined.push(parts.length), size: () => 1 }, 16);
    for (let index = 0; index <= 64; index++) {
      tree.append(index, 1);
      if (index === 2) tree.forget(1);
    }
    // Of 16 blocks of 4 the first lacks a pane, and so does the first of 4 blocks of 16. There is none of 64.
    expect(combined).to.deep.equal(new Array(15 + 3).fill(4));
  });

  it('takes the newest pane back', () => {
    const tree = treeOf([[2, ['a']], [3, ['b']], [4, ['c']]]);
    tree.dropNewest();
    expect(tree.within(0, 9)).to.deep.equal([['a'], ['b']]);
    tree.append(4, ['d']);
    expect(tree.within(0, 9)).to.deep.equal([['a'], ['b'], ['d']]);
  });
});
