import { expect } from 'chai';
import { tellApart } from '../../../nodes/shared/editor/tellApart';

describe('tellApart', () => {
  it('adds the id where labels are alike, and nowhere else', () => {
    const labelled = [{ id: 'a', label: 'every 1 s' }, { id: 'b', label: 'mine' }, { id: 'c', label: 'every 1 s' }];
    expect(tellApart(labelled)).to.deep.equal(['every 1 s, a', 'mine', 'every 1 s, c']);
    expect(tellApart([])).to.deep.equal([]);
  });
});
