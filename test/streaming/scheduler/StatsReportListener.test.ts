import { expect } from 'chai';
import { IllegalArgumentError, StatsReportListener } from '../../../src/streaming';
import { program } from '../program';

describe('StatsReportListener', () => {
  it('writes after each batch how the delays of the last batches were distributed', async () => {
    const { ssc, clock } = program();
    const lines: string[] = [];
    ssc.addStreamingListener(new StatsReportListener(3, (line) => lines.push(line)));
    // Nobody waits: the delays are 100, 200, 300 and 400 ms.
    ssc.queueStream([[1], [2], [3], [4]]).foreachRDD((_, time) => clock.sleep(time / 10));
    await ssc.start();
    await clock.advance(4900);
    await ssc.stop();
    expect(lines).to.have.length(8);
    expect(lines[1]).to.equal(
      'Processing time of the last 1 batches: 0 %: 100 ms, 5 %: 100 ms, 10 %: 100 ms, 25 %: 100 ms, 50 %: 100 ms, ' +
        '75 %: 100 ms, 90 %: 100 ms, 95 %: 100 ms, 100 %: 100 ms',
    );
    // Of 200, 300 and 400 the place floor(3 * share): 0, 0, 0, 0, 1, 2, 2, 2, and the last.
    expect(lines[6]).to.equal(
      'Total delay of the last 3 batches: 0 %: 200 ms, 5 %: 200 ms, 10 %: 200 ms, 25 %: 200 ms, 50 %: 300 ms, ' +
        '75 %: 400 ms, 90 %: 400 ms, 95 %: 400 ms, 100 %: 400 ms',
    );
  });

  for (const batches of [0, -1, 2.5, NaN]) {
    it(`refuses to look at ${String(batches)} batches`, () => {
      expect(() => new StatsReportListener(batches)).to.throw(IllegalArgumentError, String(batches));
    });
  }
});
