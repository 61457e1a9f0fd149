import { expect } from 'chai';
import fc from 'fast-check';
import { DataRecord, ORDER, RawRecord, type RecordKey } from '../../../src/engine/DataRecord';
import { packPiece, packResult, unpackPiece, unpackResult } from '../../../src/engine/parallel/messages';
import { PieceEnvironment, tellReport } from '../../../src/engine/parallel/PieceReport';
import type { StageEnvironment } from '../../../src/engine/BuildEnvironment';
import { OperatorFigures } from '../../../src/engine/OperatorFigures';
import type { Operator } from '../../../src/plan/Plan';
import { OPTIONS, planOf, receiver } from '../plans';

const payload = fc.oneof(fc.jsonValue(), fc.string(), fc.double(), fc.date(), fc.constant(undefined), fc.uint8Array().map((bytes) => Buffer.from(bytes)));
const key: fc.Arbitrary<RecordKey> = fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.constant(null));
const raws = fc.array(fc.tuple(payload, fc.string(), fc.option(key, { nil: undefined }), fc.nat(), fc.maxSafeNat())
  .map(([value, topic, of, time, order]) => new RawRecord(value, topic, of, time, order)));

const NOTHING = { figures: [], incidents: [], lines: [] };
const UNWATCHED = { enter: () => undefined, leave: () => undefined };

describe('what crosses threads', () => {
  it('is received records as they were', () => {
    fc.assert(fc.property(raws, (records) => {
      const packed = packPiece(records);
      expect(packed).to.not.equal(undefined);
      if (packed === undefined) return;
      const unpacked = unpackPiece(structuredClone(packed));
      const own = unpacked.map(({ payload: value, topic, key: of, time, order }) =>
        new RawRecord(value instanceof Uint8Array ? Buffer.from(value) : value, topic, of, time, order));
      expect(own).to.deep.equal(records);
    }));
  });

  it('is results as they were, with bytes in memory of their own', () => {
    fc.assert(fc.property(raws, (all) => {
      const records = all.map(({ payload: value, topic, key: of, time, order }) => new DataRecord(value, topic, of ?? null, time, order));
      const packed = packResult({ records, report: NOTHING }, all);
      expect(packed).to.not.equal(undefined);
      if (packed === undefined) return;
      const unpacked = unpackResult(structuredClone(packed), all).records;
      expect(unpacked).to.deep.equal(records);
      expect(unpacked.map((record) => record[ORDER])).to.deep.equal(records.map((record) => record[ORDER]));
      for (const { payload: value } of unpacked) {
        if (value instanceof Uint8Array) expect(Buffer.isBuffer(value)).to.equal(true);
      }
    }));
  });

  it('is nothing where bytes would come back as another kind', () => {
    const record = new DataRecord(new Uint8Array(2), 'a', 'b', 0, 0);
    expect(packResult({ records: [record], report: NOTHING }, [])).to.equal(undefined);
    expect(packPiece([new RawRecord({ bytes: Buffer.alloc(1) }, 'a', undefined, 0, 0)])).to.equal(undefined);
  });
});

describe('what there is to tell of a piece', () => {
  const checkpoint: Operator = {
    id: 'c', type: 'checkpoint', inputs: [],
    parameters: { path: 'folder', interval: 1000, sync: { kind: 'group' }, logLimit: 1, retention: 1 },
  };

  /** Everything that is told, in its order. */
  function toldOf(operators: readonly Operator[], happen: (environment: StageEnvironment, piece: readonly RawRecord[]) => void): unknown[] {
    const piece = [0, 1, 2].map((n) => new RawRecord(Buffer.from([n]), 'a', undefined, 0, n));
    const sent = packPiece(piece);
    const there = sent === undefined ? [] : unpackPiece(structuredClone(sent));
    const environment = new PieceEnvironment(planOf(operators), OPTIONS, UNWATCHED);
    happen(environment, there);
    const packed = packResult({ records: [], report: environment.report }, there);
    if (packed === undefined) return ['nothing'];
    const { report } = unpackResult(structuredClone(packed), piece);
    const told: unknown[] = [];
    const figures = new OperatorFigures();
    tellReport(report, 7, {
      plan: planOf(operators), options: OPTIONS, calls: UNWATCHED, figures: () => figures,
      failed: (operator, code, problem, count) => told.push([operator, code, problem().what, count]),
      lost: (operator, code, problem, time, records) =>
        told.push([operator, code, problem().what, time, records.map((record) => (record instanceof RawRecord ? piece.indexOf(record) : record.payload))]),
      log: ({ text }) => told.push(text),
    });
    return [...told, figures.recordsIn, figures.recordsOut, figures.failed];
  }

  const problem = (what: string) => (): { nodeId: string; code: string; what: string; why: string; fix: string } =>
    ({ nodeId: 'm', code: 'x', what, why: '', fix: '' });

  it('is the first problem of each kind and how many there were, the figures and the lines', () => {
    const told = toldOf([receiver()], (environment, piece) => {
      environment.figures('m').recordsIn += 3;
      environment.figures('m').recordsOut += 2;
      environment.figures('m').failed++;
      environment.lost('m', 'x', problem('first'), 7, piece.slice(0, 1));
      environment.failed('m', 'y', problem('other'));
      environment.lost('m', 'x', problem('second'), 7, piece.slice(1, 3));
      environment.log({ operator: 'm', level: 'log', text: 'line' });
    });
    expect(told).to.deep.equal([['m', 'x', 'first', 3], ['m', 'y', 'other', 1], 'line', 3, 2, 1]);
  });

  it('is each record by itself in a graph with a checkpoint: the one that was received, not its copy', () => {
    const told = toldOf([receiver(), checkpoint], (environment, [, second, third]) => {
      if (second === undefined || third === undefined) return;
      environment.lost('m', 'x', problem('one'), 7, [third]);
      environment.lost('m', 'x', problem('two'), 7, [second]);
      environment.lost('m', 'x', problem('three'), 7, [new DataRecord({ made: 1 }, 'a', null, 0, 0)]);
    });
    expect(told).to.deep.equal([['m', 'x', 'one', 7, [2]], ['m', 'x', 'two', 7, [1]], ['m', 'x', 'three', 7, [{ made: 1 }]], 0, 0, 0]);
  });

  it('does not travel where a lost record cannot', () => {
    const told = toldOf([receiver(), checkpoint], (environment) => {
      environment.lost('m', 'x', problem('one'), 7, [new DataRecord({ f: () => 1 }, 'a', null, 0, 0)]);
    });
    expect(told).to.deep.equal(['nothing']);
  });
});
