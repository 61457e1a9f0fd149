import { expect } from 'chai';
import { deadLetterTroubles } from '../../../src/engine/durable/deadLetterTroubles';

describe('deadLetterTroubles', () => {
  it('are none while all letters are there', () => {
    expect(deadLetterTroubles({ removed: 0, refused: 0, problem: undefined })).to.deep.equal({});
  });

  it('are what was deleted, what was never written, and what the disk said', () => {
    expect(deadLetterTroubles({ removed: 2, refused: 1, problem: 'EIO' })).to.deep.equal({
      deadLettersRemoved: 2, deadLettersRefused: 1, deadLettersProblem: 'EIO',
    });
  });
});
