import { expect } from 'chai';
import { FirstBatch } from '../../../src/engine/prepare/FirstBatch';
import { stored } from './stored';

describe('FirstBatch', () => {
  it('is stored, known or not', () => {
    for (const begin of [undefined, 0, 1000]) {
      const first = new FirstBatch();
      first.begin = begin;
      const restored = new FirstBatch();
      restored.restore(stored(first));
      expect(restored.begin).to.equal(begin);
    }
  });

  it('refuses what it never stored', () => {
    for (const head of [undefined, { version: 1, begin: 'x' }, { version: 0, begin: 1 }]) {
      expect(() => {
        new FirstBatch().restore(new Map([['head', head]]));
      }).to.throw(RangeError, 'head');
    }
  });
});
