import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { RefusalReports } from '../../src/flow/RefusalReports';

describe('RefusalReports', () => {
  it('tells the first refusal at once, and the others a second later as a number', async () => {
    const reports = new RefusalReports();
    const told: string[] = [];
    const done = (error?: Error): void => {
      told.push(error?.message ?? 'taken');
    };
    for (let message = 0; message < 5; message++) reports.refuse(done, new Error('full'));
    expect(told).to.deep.equal(['full']);
    await pause(1010);
    reports.refuse(done, new Error('full'));
    expect(told).to.deep.equal(['full', 'full (and 4 more since the last report)']);
  });
});
