import { expect } from 'chai';
import { textOf } from '../../src/engine/textOf';

describe('textOf', () => {
  it('is the message of what was thrown, or its text', () => {
    expect(textOf(new Error('It broke.'))).to.equal('It broke.');
    expect(textOf({ message: 'like an error' })).to.equal('like an error');
    expect(textOf(undefined)).to.equal('undefined');
    expect(textOf(Object.create(null))).to.equal('something that cannot be shown as text was thrown');
  });

  it('is cut off after 2,000 characters, and then says how many there were', () => {
    expect(textOf('x'.repeat(2000))).to.equal('x'.repeat(2000));
    for (const thrown of ['x'.repeat(2001), new Error('x'.repeat(2001))]) {
      expect(textOf(thrown)).to.equal(`${'x'.repeat(2000)}… (cut off; 2001 characters)`);
    }
  });
});
