import { expect } from 'chai';
import { Refusal } from '../../../src/flow/admin/AdminRequest';
import { monitorQuestion, wholeNumber } from '../../../src/flow/admin/monitorQuestion';

describe('monitorQuestion', () => {
  it('reads what is asked for, and does without what is not', () => {
    expect(monitorQuestion({})).to.deep.equal({ since: 0 });
    expect(monitorQuestion({ graph: 'a-b.batcher', since: '17', plan: '4294967295', _: '1' })).to.deep.equal({ graph: 'a-b.batcher', since: 17, plan: 4294967295 });
  });

  it('says which parameter is wrong', () => {
    const wrong: readonly (readonly [query: Record<string, unknown>, text: RegExp])[] = [
      [{ graph: '' }, /^The parameter graph must be the id/],
      [{ graph: 'x'.repeat(201) }, /1 to 200 characters/],
      [{ graph: ['a', 'b'] }, /^The parameter graph/],
      [{ graph: { a: 'b' } }, /^The parameter graph/],
      [{ since: '-1' }, /^The parameter since must be a whole number from 0\.$/],
      [{ since: '' }, /^The parameter since/],
      [{ since: '1e3' }, /^The parameter since/],
      [{ since: ['1'] }, /^The parameter since/],
      [{ plan: '0x10' }, /^The parameter plan/],
      [{ plan: '9999999999999999' }, /^The parameter plan/],
    ];
    for (const [query, text] of wrong) expect(() => monitorQuestion(query), JSON.stringify(query)).to.throw(Refusal, text).with.property('status', 400);
  });

  it('takes plain digits for numbers, and nothing else', () => {
    expect([wholeNumber('0'), wholeNumber('007'), wholeNumber('1.0'), wholeNumber(' 1'), wholeNumber(1), wholeNumber(undefined)])
      .to.deep.equal([0, 7, undefined, undefined, undefined, undefined]);
  });
});
