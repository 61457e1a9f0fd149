import { expect } from 'chai';
import { commitsTable, flattened } from '../../bench/support/compareCommits';
import { summaryOf, type Comparison, type Summary } from '../../bench/support/bench';
import type { Run } from '../../bench/support/results';
import { resultsTable, shownNumber, shownRatio, tableOf } from '../../bench/support/table';

const comparison: Comparison = { name: 'QoS 1', variants: [], baseline: 'bare', ratiosOf: ['µs'] };

const summary: Summary = summaryOf(
  comparison,
  new Map([
    ['bare', [{ µs: 4, lost: 0 }, { µs: 5, lost: 0 }, { µs: 6, lost: 0 }]],
    ['ours', [{ µs: 2, lost: 0 }, { µs: 2.5, lost: 0 }, { µs: 1234.56, lost: 0 }]],
  ]),
);

const run: Run = {
  machine: { cpu: 'A CPU', cores: 2, memory: 8, platform: 'linux x64', node: '20.19.0', date: '2026-01-01T00:00:00.000Z', commit: '1234567' },
  comparisons: [summary],
  notes: ['well done'],
};

describe('the tables of benchmarks', () => {
  it('show three digits', () => {
    expect([0, 1234567, 12.345, 0.000456, NaN, Infinity].map(shownNumber)).to.deep.equal(['0', '1,230,000', '12.3', '0.000456', '-', '-']);
    expect([undefined, 0.654, 0.0009, 57.3, 1.2].map(shownRatio)).to.deep.equal(['', '× 0.65', '× 0.0009', '× 57.3', '× 1.20']);
  });

  it('have a line for each variant and a column for each figure, with its spread where it varies', () => {
    expect(tableOf(summary).split('\n')).to.deep.equal([
      '| QoS 1           | µs               | ratio  | lost |',
      '| --------------- | ---------------- | ------ | ---- |',
      '| bare (baseline) | 5 (4 to 6)       |        | 0    |',
      '| ours            | 2.5 (2 to 1,230) | × 0.50 | 0    |',
    ]);
  });

  it('have a column for each Node.js, with what is missing left empty, and the notes below', () => {
    const young: Run = { ...run, machine: { ...run.machine, node: '24.1.0' }, comparisons: [] };
    const lines = resultsTable([{ name: 'mqtt', work: 'w', goal: 'g', runs: { 20: run, 24: young } }]).split('\n');
    expect(lines.slice(0, 2)).to.deep.equal([
      'A CPU, 2 cores, 8 GB, linux x64, Node.js 20.19.0, commit 1234567',
      'A CPU, 2 cores, 8 GB, linux x64, Node.js 24.1.0, commit 1234567',
    ]);
    const cells = lines.filter((line) => line.startsWith('|')).map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));
    expect(cells[0]).to.deep.equal(['bench', 'work', 'variant', 'figure', 'Node.js 20', 'Node.js 24']);
    expect(cells.slice(2)).to.deep.equal([
      ['mqtt', 'QoS 1', 'bare', 'µs', '5 (4 to 6)', ''],
      ['mqtt', 'QoS 1', 'bare', 'lost', '0', ''],
      ['mqtt', 'QoS 1', 'ours', 'µs', '2.5 (2 to 1,230) × 0.50', ''],
      ['mqtt', 'QoS 1', 'ours', 'lost', '0', ''],
    ]);
    expect(lines.slice(-2)).to.deep.equal(['- mqtt, Node.js 20: well done', '- mqtt, Node.js 24: well done']);
  });

  it('put two commits side by side, figure by figure', () => {
    const figures = flattened({ runs: { 20: run } });
    expect(figures).to.deep.equal({ 'QoS 1, bare: µs': 5, 'QoS 1, bare: lost': 0, 'QoS 1, ours: µs': 2.5, 'QoS 1, ours: lost': 0 });
    const old = Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, 2 * value]));
    const both = summaryOf({ name: 'mqtt', variants: [], baseline: 'old' }, new Map([['old', [old]], ['new', [figures]]]));
    const cells = commitsTable(both).split('\n').map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));
    expect(cells[0]).to.deep.equal(['mqtt', 'old', 'new', 'ratio']);
    expect(cells[2]).to.deep.equal(['QoS 1, bare: µs', '10', '5', '× 0.50']);
    expect(cells[4]).to.deep.equal(['QoS 1, ours: µs', '5', '2.5', '× 0.50']);
  });
});
