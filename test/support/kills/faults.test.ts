import { expect } from 'chai';
import { faults } from './faults';
import { reportOf } from './report';
import type { GraphVerdict, KillResult } from './runKills';
import type { Verdict } from './verifyLedger';
import type { ResultVerdict } from './verifyResults';

const EXACT: Verdict = {
  published: 100, acknowledged: 100, found: 100, lost: 0, unacknowledgedMissing: 0, duplicated: 0, unexplained: 0, phantom: 0, corrupted: 0,
  outOfOrder: 0, examples: [],
};
const AGREE: ResultVerdict = { checked: 10, missing: 0, unexpected: 0, wrong: 0, repeated: 0, examples: [] };
const GRAPH: GraphVerdict = { records: EXACT, lines: EXACT, windows: AGREE, totals: AGREE };

function result(qos1: Partial<GraphVerdict> = {}, qos2: Partial<GraphVerdict> = {}, control: Partial<Verdict> = { lost: 7, found: 93 }): KillResult {
  return {
    options: { seed: 1, kills: 3, qos: [1, 2], rate: 300, sensors: 50, folder: '' },
    kills: { flowing: 2, recovering: 0, starting: 1 },
    seconds: 10,
    control: { ...EXACT, ...control },
    graphs: new Map([['qos1', { ...GRAPH, ...qos1 }], ['qos2', { ...GRAPH, ...qos2 }]]),
    redelivered: 300,
    restarts: { flows: [1000, 1200], connected: [20], firstBatch: { qos1: [250] } },
    complaints: new Map(),
  };
}

describe('the judgement over a run of kills', () => {
  it('is clean where the control lost and the graphs did not', () => {
    expect(faults(result())).to.deep.equal([]);
    expect(reportOf(result())).to.include('Everything holds.').and.include('p50 1200, p99 1200, max 1200 ms (2 starts)');
  });

  it('is that the run saw nothing where the control lost nothing', () => {
    expect(faults(result({}, {}, { lost: 0 }))).to.deep.equal(['The control has lost nothing, so this run could not have seen a loss.']);
  });

  it('lets QoS 1 keep twice what the broker delivered twice, and QoS 2 nothing', () => {
    const again = (duplicated: number, unexplained: number): Partial<GraphVerdict> => ({
      records: { ...EXACT, duplicated, unexplained }, lines: { ...EXACT, duplicated, unexplained },
    });
    expect(faults(result(again(300, 0)))).to.deep.equal([]);
    expect(faults(result(again(300, 1)))).to.deep.equal([
      'qos1, records: 1 duplicated that were not delivered again.', 'qos1, lines: 1 duplicated that were not delivered again.',
    ]);
    expect(faults(result({}, again(1, 0)))).to.deep.equal(['qos2, records: 1 duplicated.', 'qos2, lines: 1 duplicated.']);
    expect(faults(result({ records: { ...EXACT, duplicated: 1 } }))).to.deep.equal(['qos1: its two files of records do not agree.']);
  });

  it('names each loss, each strange record and each result that does not agree', () => {
    const bad: Partial<GraphVerdict> = {
      records: { ...EXACT, lost: 1, unacknowledgedMissing: 1 }, lines: { ...EXACT, phantom: 1, corrupted: 2, outOfOrder: 3 },
      windows: { ...AGREE, wrong: 1 }, totals: { ...AGREE, checked: 0, missing: 9 },
    };
    expect(faults(result(bad))).to.deep.equal([
      'qos1, records: 2 lost.',
      'qos1, lines: 1 phantom, 2 corrupted, 3 out of order.',
      'qos1, windows: 0 missing, 0 unexpected, 1 wrong, 0 repeated.',
      'qos1, totals: none.',
      'qos1, totals: 9 missing, 0 unexpected, 0 wrong, 0 repeated.',
    ]);
    expect(reportOf(result(bad))).to.include('NOT what it must show:');
  });
});
