import { expect } from 'chai';
import { RestartPolicy } from '../../../src/engine/remote/RestartPolicy';

describe('RestartPolicy', () => {
  const limits = { delays: [1, 2, 5], forgiveness: 100 };

  it('waits longer each time, and gives up after the last delay', () => {
    const policy = new RestartPolicy(limits);
    expect([policy.died(0), policy.died(10), policy.died(20), policy.died(30)]).to.deep.equal([1, 2, 5, undefined]);
    expect(policy.deaths).to.equal(4);
  });

  it('begins again after a long life, counted from the last death', () => {
    const policy = new RestartPolicy(limits);
    expect([policy.died(0), policy.died(100), policy.died(201)]).to.deep.equal([1, 2, 1]);
  });

  it('begins again when it is told to', () => {
    const policy = new RestartPolicy(limits);
    policy.died(0);
    policy.forgive();
    expect(policy.died(1)).to.equal(1);
  });
});
