import { type KeyIdentity, keyIdentity } from '../../operators/keys';
import type { JoinOperator } from '../../plan/Plan';
import { type Emit, ranStage, RDD } from '../../streaming/rdd/RDD';
import { DataRecord, ORDER, type RecordKey } from '../DataRecord';

/** How records are brought together by key; a union does not look at keys. */
export type JoinMode = Exclude<JoinOperator['parameters']['mode'], 'union'>;

/** The records of one key on either side, each in the order in which they came. */
interface Match {
  readonly key: RecordKey;
  readonly left: DataRecord[];
  readonly right: DataRecord[];
}

/** Told what a join has read, once, before it gives its first record. */
export interface JoinFigures {
  /** Records of both sides. */
  readonly recordsIn: number;
  /** Pairs that the records make beyond the limit; they are left out. */
  readonly pairsLeftOut: number;
}

/**
 * The records of two RDDs of the same batch, brought together by key. Keys come in the order of their first record, those
 * that only the right side has after all others; within a key records come in their order, the left one turning slowest.
 * So results do not depend on partitions. They are made while they are handed out: many pairs take no memory here.
 */
export class JoinedRDD extends RDD<DataRecord> {
  readonly partitionCount = 1;
  readonly #left: RDD<DataRecord>;
  readonly #right: RDD<DataRecord>;
  readonly #mode: JoinMode;
  readonly #time: number;
  readonly #pairLimit: number;
  readonly #read: (figures: JoinFigures) => void;
  #matches: readonly Match[] | undefined;

  /**
   * @param time of the batch, ms since the epoch
   * @param pairLimit the most pairs of a left and a right record that are given
   */
  constructor(
    left: RDD<DataRecord>,
    right: RDD<DataRecord>,
    mode: JoinMode,
    time: number,
    pairLimit: number,
    read: (figures: JoinFigures) => void,
  ) {
    super(left.environment, [left, right]);
    this.#left = left;
    this.#right = right;
    this.#mode = mode;
    this.#time = time;
    this.#pairLimit = pairLimit;
    this.#read = read;
  }

  override prepare(): undefined {
    if (this.#matches !== undefined) return;
    const left = inOrder(this.#left);
    const right = inOrder(this.#right);
    this.#matches = matchesOf(left, right);
    const all = this.#matches.reduce((sum, match) => sum + match.left.length * match.right.length, 0);
    const pairs = this.#mode === 'cogroup' ? 0 : all;
    this.#read({ recordsIn: left.length + right.length, pairsLeftOut: Math.max(0, pairs - this.#pairLimit) });
  }

  protected override compute(_partition: number, emit: Emit<DataRecord>): void {
    let room = this.#pairLimit;
    for (const match of ranStage(this.#matches)) {
      if (this.#mode === 'cogroup') {
        emit(this.#result(match.key, match.left.map(payloadOf), match.right.map(payloadOf)));
      } else if (match.left.length > 0 && match.right.length > 0) {
        room = this.#emitPairs(match, room, emit);
      } else {
        this.#emitUnmatched(match, emit);
      }
    }
  }

  /** @returns how many more pairs may be given */
  #emitPairs(match: Match, room: number, emit: Emit<DataRecord>): number {
    let left = room;
    for (const one of match.left) {
      for (const other of match.right) {
        if (left <= 0) return 0;
        left--;
        emit(this.#result(match.key, one.payload, other.payload));
      }
    }
    return left;
  }

  #emitUnmatched({ key, left, right }: Match, emit: Emit<DataRecord>): void {
    const mode = this.#mode;
    if (mode === 'left' || mode === 'full') for (const one of left) emit(this.#result(key, one.payload, null));
    if (mode === 'right' || mode === 'full') for (const other of right) emit(this.#result(key, null, other.payload));
  }

  #result(key: RecordKey, left: unknown, right: unknown): DataRecord {
    return new DataRecord({ key, left, right }, String(key), key, this.#time, this.#time);
  }
}

function payloadOf(record: DataRecord): unknown {
  return record.payload;
}

function inOrder(rdd: RDD<DataRecord>): DataRecord[] {
  const records: DataRecord[] = [];
  for (let partition = 0; partition < rdd.partitionCount; partition++) {
    rdd.iterate(partition, (record) => records.push(record));
  }
  return records.sort((one, other) => one[ORDER] - other[ORDER]);
}

function matchesOf(left: readonly DataRecord[], right: readonly DataRecord[]): Match[] {
  const matches = new Map<KeyIdentity, Match>();
  const matchOf = (key: RecordKey): Match => {
    const identity = keyIdentity(key);
    let match = matches.get(identity);
    if (match === undefined) matches.set(identity, match = { key, left: [], right: [] });
    return match;
  };
  for (const record of left) matchOf(record.key).left.push(record);
  for (const record of right) matchOf(record.key).right.push(record);
  return [...matches.values()];
}
