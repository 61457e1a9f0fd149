import { expect } from 'chai';
import { checkFunction } from '../../src/streaming/checkFunction';
import { IllegalArgumentError } from '../../src/streaming/errors';

describe('checkFunction', () => {
  it('says what was given, and what is needed', () => {
    const cases: [given: unknown, what: string][] = [
      [undefined, 'undefined'], [null, 'null'], [1, 'a value of type number'], [{}, 'a value of type object'],
    ];
    for (const [given, what] of cases) {
      expect(() => { checkFunction('map', '(record) => record', given); }).to.throw(
        IllegalArgumentError,
        `map was given ${what}; it needs a function (record) => record.`,
      );
    }
  });

  it('takes functions of all kinds', () => {
    for (const given of [() => 1, async () => Promise.resolve(1), Number]) checkFunction('map', '(record) => record', given);
  });
});
