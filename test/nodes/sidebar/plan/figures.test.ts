import { expect } from 'chai';
import { busyShare, figures, ratesText } from '../../../../nodes/sidebar/editor/plan/figures';
import type { OperatorMonitor } from '../../../../src/flow/monitor/snapshot';
import { sidebarText } from '../sidebarText';
import { monitored, planned } from '../snapshots';

const calm = { isPilingUp: false, isFailing: false };
const said = (monitor: Partial<OperatorMonitor>, observed = calm): string[] =>
  figures(monitored(monitor), observed, sidebarText).map(({ text, tone }) => (tone === undefined ? text : `${text} (${tone})`));

describe('the figures of an operator', () => {
  it('leave out what is nothing', () => {
    expect(said({})).to.deep.equal([]);
    expect(said({ stateBytes: 0 })).to.deep.equal([]);
  });

  it('tell of keys, state, time, limit, and records that did not make it', () => {
    expect(said({ keys: 12_400, stateBytes: 48_000, microsecondsPerRecord: 3.24 })).to.deep.equal([
      '3.2 µs a record', 'keys: 12.4k', 'state: 48 kB',
    ]);
    expect(said({ rateLimit: 800, waiting: 30, skipped: 2, refused: 1, failed: 4 })).to.deep.equal([
      'limited to 800/s', 'waiting: 30', 'skipped: 2', 'refused: 1 (warning)', 'failed: 4 (warning)',
    ]);
  });

  it('warn where the backlog grows, and shout where records fail now', () => {
    expect(said({ waiting: 3000, failed: 4 }, { isPilingUp: true, isFailing: true })).to.deep.equal([
      'waiting: 3000 and growing (warning)', 'failed: 4 (error)',
    ]);
  });

  it('write times in the unit that suits them', () => {
    expect([0.84, 9.96, 99, 999, 1000, 24_200].map((microsecondsPerRecord) => said({ microsecondsPerRecord })[0])).to.deep.equal([
      '0.84 µs a record', '10 µs a record', '99 µs a record', '999 µs a record', '1 ms a record', '24.2 ms a record',
    ]);
  });

  it('warn where code takes half of a thread', () => {
    expect(said({ microsecondsPerRecord: 499, inPerSecond: 1000 })).to.deep.equal(['499 µs a record']);
    expect(said({ microsecondsPerRecord: 500, inPerSecond: 1000 })).to.deep.equal(['500 µs a record (warning)']);
    const [time] = figures(monitored({ microsecondsPerRecord: 500, inPerSecond: 1000 }), calm, sidebarText);
    expect(time?.tooltip).to.include('50 %');
    expect(busyShare(monitored())).to.equal(undefined);
  });

  it('show a connection by its words, or else by its state', () => {
    expect(said({ source: { state: 'running', text: 'connected' } })).to.deep.equal(['connected']);
    expect(said({ source: { state: 'running', text: '' } })).to.deep.equal(['running']);
    expect(said({ source: { state: 'waiting', text: 'disconnected' } })).to.deep.equal(['disconnected (warning)']);
    expect(said({ source: { state: 'failed', text: 'not authorised' } })).to.deep.equal(['not authorised (error)']);
  });

  it('pass on words of others as they are', () => {
    expect(said({ source: { state: 'running', text: '<img onerror=alert(1)>' } })).to.deep.equal(['<img onerror=alert(1)>']);
  });

  it('survive what is no number', () => {
    expect(said({ waiting: Infinity, microsecondsPerRecord: NaN })).to.have.length(2);
  });
});

describe('the rates of an operator', () => {
  it('are what comes in and what goes out', () => {
    expect(ratesText(planned('m', ['a']), monitored({ inPerSecond: 1200, outPerSecond: 80 }))).to.equal('1.2k/s → 80/s');
  });

  it('are one where both are the same, and for a sink', () => {
    expect(ratesText(planned('m', ['a']), monitored({ inPerSecond: 1200, outPerSecond: 1200 }))).to.equal('1.2k/s');
    expect(ratesText(planned('w', ['a'], { type: 'window' }), monitored({ inPerSecond: 5, outPerSecond: 5 }))).to.equal('5/s');
    expect(ratesText(planned('s', ['a'], { type: 'sink' }), monitored({ inPerSecond: 5 }))).to.equal('5/s');
  });

  it('do not say that nothing comes out of a window that the operator behind it computes', () => {
    const window = planned('w', ['a'], { type: 'window', window: 'subtracting' });
    expect(ratesText(window, monitored({ recordsIn: 90, inPerSecond: 10 }))).to.equal('10/s');
    const reduce = planned('r', ['w'], { type: 'reduceByKey', window: 'subtracting' });
    expect(ratesText(reduce, monitored({ recordsIn: 90, inPerSecond: 10 }))).to.equal('10/s → 0/s');
    const monitor = monitored({ recordsIn: 90, recordsOut: 9, inPerSecond: 10, outPerSecond: 1 });
    expect(ratesText(window, monitor)).to.equal('10/s → 1/s');
  });
});
