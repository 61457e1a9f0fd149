import { parsed, readingIn } from './reading';

/** How many results agree with what a plain program makes of the records that each batch had. */
export interface ResultVerdict {
  readonly checked: number;
  /** Results that should be there and are not. */
  readonly missing: number;
  /** Results for which there are no records. */
  readonly unexpected: number;
  readonly wrong: number;
  /** Second copies. */
  readonly repeated: number;
  readonly examples: readonly string[];
}

/** What one key has in one batch, window or altogether. */
export interface Sum {
  count: number;
  sum: number;
}

/** By batch time (ms since the epoch, rising) and by sensor. */
export type Batches = ReadonlyMap<number, ReadonlyMap<string, Sum>>;

/** Adds up what each batch had. `rows` are the JSON of readings; what is none is left to `verifyLedger`. */
export async function batchesOf(files: AsyncIterable<{ readonly batchTime: number; readonly rows: AsyncIterable<string> }>): Promise<Batches> {
  const batches = new Map<number, Map<string, Sum>>();
  for await (const { batchTime, rows } of files) {
    const batch = batches.get(batchTime) ?? new Map<string, Sum>();
    batches.set(batchTime, batch);
    for await (const row of rows) {
      const reading = readingIn(parsed(row));
      if (reading !== undefined) add(batch, reading.sensor, 1, reading.value);
    }
  }
  return new Map([...batches].sort(([first], [second]) => first - second));
}

/** ms */
export interface WindowShape {
  readonly length: number;
  readonly slide: number;
}

interface WindowRow extends Sum {
  readonly key: string;
  readonly windowStart: number;
  readonly windowEnd: number;
}

/**
 * Compares count and sum per key and window with those of the records whose batch time lies in (start, end]. Where the windows begin
 * is read from the first result: they follow the first start of the graph. Every key with records in a window must be there once.
 * @param until windows that end later are not demanded: ms since the epoch
 */
export async function verifyWindows(batches: Batches, rows: AsyncIterable<string>, shape: WindowShape, until = Infinity): Promise<ResultVerdict> {
  const tally = new Tally();
  const found = new Map<string, WindowRow>();
  let anchor: number | undefined;
  for await (const text of rows) {
    const row = parsed(text) as WindowRow | undefined;
    if (row === undefined) {
      tally.wrong(text.slice(0, 200));
      continue;
    }
    anchor ??= row.windowEnd;
    const name = `${row.key} in the window until ${row.windowEnd}`;
    if (found.has(name)) tally.repeated(name);
    else found.set(name, row);
    if ((row.windowEnd - anchor) % shape.slide !== 0) tally.wrong(`${name} is not a multiple of ${shape.slide} ms after ${anchor}`);
  }
  const due = windowsOf(batches, shape, anchor ?? 0);
  for (const [end, keys] of due) {
    for (const [key, expected] of keys) {
      const name = `${key} in the window until ${end}`;
      const row = found.get(name);
      found.delete(name);
      if (row === undefined) {
        if (end <= until) tally.missing(name);
      } else tally.compare(name, row, expected);
    }
  }
  for (const name of found.keys()) tally.unexpected(name);
  return tally.verdict();
}

/** The windows (start, end] that have records, by their end. */
function windowsOf(batches: Batches, { length, slide }: WindowShape, anchor: number): Map<number, Map<string, Sum>> {
  const windows = new Map<number, Map<string, Sum>>();
  for (const [batchTime, keys] of batches) {
    const first = anchor + Math.ceil((batchTime - anchor) / slide) * slide;
    for (let end = first; end < batchTime + length; end += slide) {
      const window = windows.get(end) ?? new Map<string, Sum>();
      windows.set(end, window);
      for (const [key, { count, sum }] of keys) add(window, key, count, sum);
    }
  }
  return windows;
}

interface TotalRow {
  /** The sensor. */
  readonly key: string;
  readonly state: Sum;
}

/** Compares running totals, batch by batch, with those of all records until then. Every sensor of a batch must be in it once. */
export async function verifyTotals(
  batches: Batches, files: AsyncIterable<{ readonly batchTime: number; readonly rows: AsyncIterable<string> }>,
): Promise<ResultVerdict> {
  const tally = new Tally();
  const found = new Map<number, Map<string, Sum>>();
  for await (const { batchTime, rows } of files) {
    const batch = new Map<string, Sum>();
    found.set(batchTime, batch);
    for await (const text of rows) {
      const row = parsed(text) as TotalRow | undefined;
      if (row === undefined) tally.wrong(text.slice(0, 200));
      else if (batch.has(row.key)) tally.repeated(`${row.key} in the batch of ${batchTime}`);
      else batch.set(row.key, row.state);
    }
  }
  const totals = new Map<string, Sum>();
  for (const time of [...new Set([...batches.keys(), ...found.keys()])].sort((first, second) => first - second)) {
    const rows = found.get(time);
    for (const [sensor, { count, sum }] of batches.get(time) ?? []) {
      add(totals, sensor, count, sum);
      if (rows?.has(sensor) !== true) tally.missing(`${sensor} in the batch of ${time}`);
    }
    for (const [sensor, row] of rows ?? []) {
      const name = `${sensor} in the batch of ${time}`;
      const expected = totals.get(sensor);
      if (expected === undefined) tally.unexpected(name);
      else tally.compare(name, row, expected);
    }
  }
  return tally.verdict();
}

function add(sums: Map<string, Sum>, key: string, count: number, sum: number): void {
  const present = sums.get(key);
  if (present === undefined) sums.set(key, { count, sum });
  else {
    present.count += count;
    present.sum += sum;
  }
}

const MOST_EXAMPLES = 10;

class Tally {
  readonly #counts = { checked: 0, missing: 0, unexpected: 0, wrong: 0, repeated: 0 };
  readonly #examples: string[] = [];

  missing(name: string): void {
    this.#counts.missing++;
    this.#tell(`missing: ${name}`);
  }

  unexpected(name: string): void {
    this.#counts.unexpected++;
    this.#tell(`unexpected: ${name}`);
  }

  repeated(name: string): void {
    this.#counts.repeated++;
    this.#tell(`twice: ${name}`);
  }

  wrong(what: string): void {
    this.#counts.wrong++;
    this.#tell(`wrong: ${what}`);
  }

  compare(name: string, row: Sum, expected: Sum): void {
    this.#counts.checked++;
    if (row.count !== expected.count || row.sum !== expected.sum) {
      this.wrong(`${name}: ${row.count} records, sum ${row.sum}; expected ${expected.count}, ${expected.sum}`);
    }
  }

  verdict(): ResultVerdict {
    return { ...this.#counts, examples: this.#examples };
  }

  #tell(what: string): void {
    if (this.#examples.length < MOST_EXAMPLES) this.#examples.push(what);
  }
}
