import { expect } from 'chai';
import { chartFigures } from '../../../nodes/sidebar/editor/chartFigures';
import { GraphHistory } from '../../../nodes/sidebar/editor/GraphHistory';
import { batches, monitor } from './monitored';

function historyOf(change: Partial<ReturnType<typeof batches>> = {}): GraphHistory {
  const history = new GraphHistory('g');
  history.take(monitor('g', [1, 2], { batches: { ...batches(1, 2), ...change } }));
  return history;
}

describe("the sidebar's charts", () => {
  it('draw records a second, whatever the batch interval', () => {
    expect(chartFigures(historyOf({ records: [50, 100], intervals: 200 }), 200).values.rate).to.deep.equal([250, 500]);
    expect(chartFigures(historyOf({ records: [50, 100], intervals: 10_000 }), 10_000).values.rate).to.deep.equal([5, 10]);
  });

  it('divide by the batch interval that each batch had', () => {
    expect(chartFigures(historyOf({ records: [50, 100], intervals: [1000, 2000] }), 2000).values.rate).to.deep.equal([50, 50]);
  });

  it('have one unit and one scale for all delays', () => {
    const figures = chartFigures(historyOf({ schedulingDelays: [0, 1500], processingDelays: [400, 600] }), 1000);
    expect(figures.unit.unit).to.equal('s');
    expect(figures.values).to.deep.include({ scheduling: [0, 1.5], processing: [0.4, 0.6], total: [0.4, 2.1] });
    expect([figures.tops.scheduling, figures.tops.processing, figures.tops.total]).to.deep.equal([3, 3, 3]);
    expect(figures.interval).to.equal(1);
  });

  it('have room for the batch interval where processing comes near it', () => {
    const near = chartFigures(historyOf({ processingDelays: [5, 251] }), 1000);
    expect(near).to.deep.include({ interval: 1, tops: { rate: 2, scheduling: 2, processing: 2, total: 2 } });
    expect(chartFigures(historyOf({ processingDelays: [5, 7] }), 1000).tops.processing).to.equal(10);
  });

  it('leave room on the right scale of time for the first batches', () => {
    expect(chartFigures(historyOf(), 1000).span).to.deep.equal([-58, 2]);
    const many = new GraphHistory('g');
    many.take(monitor('g', Array.from({ length: 100 }, (_, i) => i + 1)));
    expect(chartFigures(many, 1000).span).to.deep.equal([1, 100]);
  });

  it('draw nothing of nothing', () => {
    const figures = chartFigures(new GraphHistory('g'), 1000);
    expect(figures.times).to.deep.equal([]);
    expect(figures.tops).to.deep.equal({ rate: 1, scheduling: 1, processing: 1, total: 1 });
    expect(figures.span[0]).to.be.below(figures.span[1]);
  });
});
