import type { Translate } from '../translate';
import { cell, line, table } from './elements';
import type { PreviewFailure, PreviewRecord, PreviewWork, RecordOutcome, ShownGroup, ShownRecord } from './messages';
import { showKey, showValue } from './showValue';

/** The records on the left, newest first, and on the right what becomes of each. */
export class RecordTable {
  readonly element: JQuery;
  readonly #text: Translate;
  readonly #isReduce: boolean;
  /** The cells on the right, by the index of their record: oldest first. One for all in the mode batch. */
  readonly #outcomes: JQuery[] = [];
  /** The indexes of records whose outcome is not known yet, in the order in which they are evaluated. */
  readonly #open = new Set<number>();

  /** @param cut the indexes of records that were too large to be carried over */
  constructor(text: Translate, work: PreviewWork, records: readonly PreviewRecord[], cut: ReadonlySet<number>) {
    this.#text = text;
    this.#isReduce = work.kind === 'reduceByKey';
    const { element, body } = table([text('preview.record'), this.#isReduce ? text('preview.itsKey') : text('preview.outcome')]);
    this.element = element;
    const isBatch = work.kind === 'map' && work.mode === 'batch';
    const whole = cell().attr('rowspan', records.length);
    for (const [index, record] of [...records.entries()].reverse()) {
      const row = $('<tr>').append(this.#record(record, cut.has(index))).appendTo(body);
      const isFirst = index === records.length - 1;
      this.#outcomes[index] = isBatch ? whole : cell();
      if (!isBatch || isFirst) row.append(this.#outcomes[index]);
    }
    const indexes = isBatch ? [0] : [...records.keys()];
    for (const index of this.#isReduce ? indexes : indexes.reverse()) this.#open.add(index);
  }

  outcome(index: number, outcome: RecordOutcome): void {
    this.#write(index, 'failure' in outcome ? [this.failure(outcome.failure)] : this.#records(outcome.records));
  }

  /** The code was stopped: at the first record of which nothing is known. */
  doesNotEnd(): void {
    const [first, ...others] = this.#open;
    if (first !== undefined) this.#write(first, [line(this.#text('preview.doesNotEnd'), 'error')]);
    for (const index of others) this.#write(index, [line(this.#text('preview.notTried'), 'secondary')]);
  }

  /** An error, with its line where it is known. */
  failure({ text: what, line: where }: PreviewFailure): JQuery {
    const error = line(what, 'error');
    // JSONata's errors say their place themselves.
    return where === undefined || what.includes(`line ${where}`) ? error : error.append(document.createTextNode(` (${this.#text('preview.line', { line: where })})`));
  }

  #write(index: number, lines: readonly JQuery[]): void {
    this.#open.delete(index);
    this.#outcomes[index]?.children().empty().append(...lines);
  }

  #record({ payload, topic, key, time }: PreviewRecord, isCut: boolean): JQuery {
    const value = isCut && typeof payload === 'string' ? payload : showValue(payload);
    const content = [line(value, 'code'), this.#details(topic, showKey(key), new Date(time).toLocaleTimeString())];
    return cell(...content, ...(isCut ? [line(this.#text('preview.cut'), 'error')] : []));
  }

  #records(records: readonly ShownRecord[]): JQuery[] {
    if (this.#isReduce) return records.map(({ key }) => line(key, 'code'));
    if (records.length === 0) return [line(this.#text('preview.dropped'), 'secondary')];
    return records.flatMap(({ payload, topic, key }) => [line(payload, 'code'), this.#details(topic, key)]);
  }

  #details(topic: string, key: string, time?: string): JQuery {
    const parts = [
      ...(topic === '' ? [] : [`${this.#text('preview.topic')} ${topic}`]),
      `${this.#text('preview.key')} ${key}`,
      ...(time === undefined ? [] : [time]),
    ];
    return line(parts.join(' · '), 'secondary').css('font-size', '90%');
  }
}

/** What comes out for each key, over the records on the screen only. */
export function groupTable(text: Translate, groups: readonly ShownGroup[], failure: (what: PreviewFailure) => JQuery): JQuery {
  const names = groups[0]?.outputs.map(({ name }) => name) ?? [];
  const { element, body } = table([text('preview.key'), text('preview.records'), ...names]);
  for (const { key, records, outputs } of groups) {
    const row = $('<tr>').append(cell(line(key, 'code')), cell(line(String(records)))).appendTo(body);
    for (const output of outputs) {
      const skipped = output.skipped === 0 ? [] : [line(text('preview.skipped', { count: output.skipped }), 'secondary')];
      const failed = output.failure === undefined ? [] : [failure(output.failure)];
      row.append(cell(line(output.value, 'code'), ...skipped, ...failed));
    }
  }
  return element;
}
