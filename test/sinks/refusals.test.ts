import { expect } from 'chai';
import { quotedTopic } from '../../src/sinks/refusals';

describe('quotedTopic', () => {
  it('shows a topic as it is, without line ends and not at any length, since others may have written it', () => {
    expect(quotedTopic('house/1')).to.equal('"house/1"');
    expect(quotedTopic('a\n[error] "b"')).to.equal('"a\\n[error] \\"b\\""');
    expect(quotedTopic('x'.repeat(60))).to.have.length(62);
    expect(quotedTopic('x'.repeat(60_000))).to.equal(`"${'x'.repeat(60)}…"`);
  });
});
