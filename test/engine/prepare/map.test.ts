import { expect } from 'chai';
import { functionFailed } from '../../../src/engine/prepare/map';

describe('functionFailed', () => {
  it('tells of whatever was thrown, also of what throws itself when it is looked at', () => {
    const throwing = (): never => {
      throw new Error('looked at');
    };
    const thrown: readonly unknown[] = [
      new Proxy({}, { get: throwing, has: throwing, getPrototypeOf: throwing }),
      Object.defineProperty(new Error('x'), 'stack', { get: throwing }),
      Object.defineProperty(new Error('x'), 'message', { get: throwing }),
      Object.create(null),
      Symbol('s'),
      null,
    ];
    for (const one of thrown) {
      const problem = functionFailed('m', one);
      expect(problem).to.include({ nodeId: 'm', code: 'function-failed' });
      expect(problem.what).to.be.a('string').that.is.not.empty;
    }
  });
});
