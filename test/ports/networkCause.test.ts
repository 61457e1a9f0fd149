import { expect } from 'chai';
import { addressText, networkCause } from '../../src/ports/networkCause';

function failure(code: string): Error {
  return Object.assign(new Error('connect'), { code });
}

describe('networkCause', () => {
  const cases: [what: string, error: Error, text: string][] = [
    ['a code it knows', failure('ECONNREFUSED'), 'nothing listens there (ECONNREFUSED)'],
    ['the first of several failures', new AggregateError([failure('ETIMEDOUT'), failure('ECONNREFUSED')]), 'nothing answered (ETIMEDOUT)'],
    ['a code it does not know', failure('EODD'), 'connect'],
    ['no code', new Error('closed'), 'closed'],
    ['several failures of which none is known', Object.assign(new AggregateError([], 'all failed')), 'all failed'],
  ];
  for (const [what, error, text] of cases) {
    it(`gives the words for ${what}`, () => {
      expect(networkCause(error)).to.equal(text);
    });
  }

  it('writes addresses, those of IPv6 in brackets', () => {
    expect([addressText('localhost', 80), addressText('127.0.0.1', 1), addressText('::1', 9)]).to.deep.equal([
      'localhost:80', '127.0.0.1:1', '[::1]:9',
    ]);
  });
});
