import { expect } from 'chai';
import { killSchedule, LONGEST_LIFE } from './killSchedule';

describe('killSchedule', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(killSchedule(7, 40)).to.deep.equal(killSchedule(7, 40));
    expect(killSchedule(7, 40)).to.not.deep.equal(killSchedule(8, 40));
  });

  it('has kills while records flow, during the start and in bursts, and no more than it was asked for', () => {
    for (const kills of [20, 500]) {
      const schedule = killSchedule(1, kills);
      expect(schedule).to.have.length(kills);
      expect(schedule.filter(({ when }) => when === 'flowing').length).to.be.within(0.35 * kills, 0.75 * kills);
      expect(schedule.some(({ when }) => when === 'recovering')).to.equal(true);
      expect(schedule.some(({ when, after }) => when === 'starting' && after < 100)).to.equal(true);
      expect(Math.max(...schedule.map(({ after }) => after))).to.be.below(LONGEST_LIFE);
    }
  });
});
