import { expect } from 'chai';
import { RefusalReports } from '../../src/flow/RefusalReports';
import { ManualClock } from '../../src/ports/ManualClock';

describe('RefusalReports', () => {
  let clock: ManualClock;
  let reports: RefusalReports;
  let told: string[];
  beforeEach(() => {
    clock = new ManualClock(0);
    reports = new RefusalReports(clock);
    told = [];
  });
  const refuse = (count: number): void => {
    for (let message = 0; message < count; message++) reports.refuse((error) => told.push(error?.message ?? 'taken'), new Error('full'));
  };

  it('tells the first refusal at once, and the others a second later as a number, also where no further one comes', async () => {
    refuse(5);
    expect(told).to.deep.equal(['full']);
    await clock.advance(999);
    expect(told).to.have.length(1);
    await clock.advance(1);
    expect(told).to.deep.equal(['full', 'full (and 3 more since the last report)']);
  });

  it('counts every one of them, with one error a second at most, and has no timer when it is over', async () => {
    for (let tenth = 0; tenth < 30; tenth++) {
      refuse(7);
      await clock.advance(100);
    }
    await clock.advance(5000);
    expect(told).to.have.length(4);
    const counted = told.reduce((sum, text) => sum + 1 + Number(/and (\d+) more/.exec(text)?.[1] ?? 0), 0);
    expect(counted).to.equal(210);
    expect(clock.pendingTimers).to.equal(0);
  });

  it('tells at once again after a quiet second', async () => {
    refuse(1);
    await clock.advance(1000);
    refuse(1);
    expect(told).to.deep.equal(['full', 'full']);
  });
});
