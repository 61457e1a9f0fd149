import { expect } from 'chai';
import { isFileName } from '../../src/plan/fileNames';

describe('isFileName', () => {
  it('takes names that every system can have', () => {
    for (const name of ['a', 'means', 'Mittelwerte Halle 3', '_x-1.2', 'größe', '測定', '7', 'console', 'x'.repeat(100)]) {
      expect(isFileName(name), name).to.equal(true);
    }
  });

  it('refuses those that lead elsewhere, are hidden, or mean something else somewhere', () => {
    const names = [
      '', '.', '..', '../a', 'a/b', 'a\\b', 'c:', 'a\0', '.a', '-a', 'a.', 'a ', ' a', 'a\nb', 'a*', 'a?', 'a"', 'a<b', 'a|b',
      'con', 'NUL', 'nul.txt', 'Com1', 'lpt9.a', 'x'.repeat(101),
    ];
    for (const name of names) expect(isFileName(name), JSON.stringify(name)).to.equal(false);
  });
});
