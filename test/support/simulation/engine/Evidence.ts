import type { OutputEvent } from '../../../../src/engine/Engine';
import type { Outcome } from '../Outcome';
import { INTERVAL, type Shape, TUMBLING, type Version } from './drawing';

/** A record as it is sent. */
export interface Sent {
  readonly id: number;
  readonly v: number;
}

/** A record as the raw sink had it. */
interface Raw {
  readonly payload: Sent;
  readonly key: string;
}

/** What windows are checked for. */
interface Aggregated {
  count: number;
  sum: number;
  max: number;
  last: number;
}

/** Keys of which both receivers have records: which came last is not told by the order in a batch. */
const SHARED_KEY = 'a';

/** What the world outside has seen of all the processes, and what it was promised. */
export class Evidence {
  /** Records that were offered, by id. */
  readonly offered = new Map<number, 'offered' | 'acknowledged' | 'refused'>();
  /** The ids of what was published. */
  readonly published = new Set<number>();
  readonly versions = new Map<number, Version>();
  readonly #outcome: Outcome;
  /** What each sink had for each batch. */
  readonly #outputs = new Map<string, Map<number, string>>();
  #lastNew = -Infinity;
  /** What contradicts itself, as soon as it does. */
  contradiction: string | undefined;

  constructor(outcome: Outcome) {
    this.#outcome = outcome;
  }

  get lastBatch(): number {
    return this.#lastNew;
  }

  /** A sink is given something. */
  output({ operator, batchTime, records }: OutputEvent): void {
    const known = this.#outputs.get(operator) ?? new Map<number, string>();
    this.#outputs.set(operator, known);
    const text = JSON.stringify(records.map(({ payload, key }) => ({ payload, key })));
    const before = known.get(batchTime);
    if (before !== undefined) {
      this.#outcome.happened('given again');
      if (before !== text) this.#contradict(`${operator} had for batch ${String(batchTime)} first ${before}, and then ${text}`);
      return;
    }
    known.set(batchTime, text);
    if (operator !== 'raw') return;
    if (batchTime <= this.#lastNew) this.#contradict(`batch ${String(batchTime)} came after batch ${String(this.#lastNew)}`);
    this.#lastNew = Math.max(this.#lastNew, batchTime);
  }

  #contradict(what: string): void {
    this.contradiction ??= what;
  }

  /** The ids that batches had so far, in order. */
  get ids(): number[] {
    return this.#raw().flatMap(([, records]) => records.map(({ payload }) => payload.id));
  }

  #raw(): [number, readonly Raw[]][] {
    return [...this.#outputs.get('raw') ?? []].sort(([first], [second]) => first - second)
      .map(([time, text]) => [time, JSON.parse(text) as readonly Raw[]]);
  }

  /** @returns what is wrong, when everything has come to rest; undefined for nothing */
  verdict(shape: Shape, lost: ReadonlySet<number>, resent: ReadonlyMap<number, number>): string | undefined {
    return this.contradiction ?? this.#verdictOnRecords(shape, lost, resent) ?? this.#verdictOnResults(shape);
  }

  #verdictOnRecords({ qos }: Shape, lost: ReadonlySet<number>, resent: ReadonlyMap<number, number>): string | undefined {
    const counts = new Map<number, number>();
    for (const id of this.ids) counts.set(id, (counts.get(id) ?? 0) + 1);
    for (const [id, state] of this.offered) {
      const count = counts.get(id) ?? 0;
      counts.delete(id);
      if (state === 'acknowledged' ? count !== 1 : count > (state === 'refused' ? 0 : 1)) {
        return `record ${String(id)} was ${state}, and is in batches ${String(count)} times`;
      }
    }
    for (const id of this.published) {
      const count = counts.get(id) ?? 0;
      counts.delete(id);
      const most = qos === 2 ? 1 : 1 + (resent.get(id) ?? 0);
      if (count > 1) this.#outcome.happened('twice at QoS 1');
      if (count > most || (count === 0 && !lost.has(id))) {
        return `record ${String(id)} was published at QoS ${String(qos)}, and is in batches ${String(count)} times`;
      }
    }
    return counts.size === 0 ? undefined : `batches have records ${[...counts.keys()].join()}, which nobody sent`;
  }

  #verdictOnResults(shape: Shape): string | undefined {
    // The stop may have come in the middle of the last batch.
    const raw = this.#raw().slice(0, -1);
    const totals = new Map<string, number>();
    let anchor: number | undefined;
    for (const [index, [time, records]] of raw.entries()) {
      const versions = [...this.versions.values()].filter(({ number }) => this.#text(`version-${String(number)}`, time) !== undefined);
      const [version] = versions;
      if (version === undefined || versions.length > 1) return `batch ${String(time)} ran with ${String(versions.length)} drawings`;
      const mapped = records.map(({ payload: { id }, key }) => ({ payload: id * 1000 + version.number, key }));
      const wrong = this.#compare('mapped', time, mapped) ??
        version.windows.map(({ id, length, resets }) => {
          const since = raw.find(([other]) => {
            const sameWindow = this.#versionAt(other)?.windows.find((window) => window.id === id);
            return sameWindow?.resets === resets;
          })?.[0] ?? time;
          const within = raw.filter(([other]) => other > time - length && other <= time && other >= since);
          return this.#compareWindow(id, time, within);
        }).find((each) => each !== undefined);
      if (wrong !== undefined) return wrong;
      if (shape.hasTumbling) {
        anchor ??= this.#text('tumbling', time) === undefined ? undefined : time;
        if (anchor === undefined && index > TUMBLING / INTERVAL) return `the tumbling window gave nothing up to ${String(time)}`;
      }
      if (shape.hasState) {
        for (const { payload: { v }, key } of records) totals.set(key, (totals.get(key) ?? 0) + v);
        const keys = [...new Set(records.map(({ key }) => key))];
        const states = keys.map((key) => ({ payload: { key, state: totals.get(key) }, key }));
        const problem = this.#compare('totals', time, states);
        if (problem !== undefined) return problem;
      }
      if (shape.hasJoin && shape.hasMqtt) {
        const problem = this.#compareJoin(time, records);
        if (problem !== undefined) return problem;
      }
    }
    return anchor === undefined ? undefined : this.#verdictOnTumbling(raw, anchor);
  }

  #versionAt(time: number): Version | undefined {
    return [...this.versions.values()].find(({ number }) => this.#text(`version-${String(number)}`, time) !== undefined);
  }

  #verdictOnTumbling(raw: readonly (readonly [number, readonly Raw[]])[], anchor: number): string | undefined {
    const last = raw.at(-1)?.[0] ?? anchor;
    for (let end = anchor; end <= last; end += TUMBLING) {
      const within = raw.filter(([time]) => time > end - TUMBLING && time <= end);
      const isEmpty = within.every(([, records]) => records.length === 0);
      if (isEmpty && this.#text('tumbling', end) === undefined) continue;
      const wrong = this.#compareWindow('tumbling', end, within);
      if (wrong !== undefined) return wrong;
    }
    const stray = [...this.#outputs.get('tumbling')?.keys() ?? []].find((time) => (time - anchor) % TUMBLING !== 0);
    return stray === undefined ? undefined : `the tumbling window slid at ${String(stray)}, and first at ${String(anchor)}`;
  }

  #text(sink: string, time: number): string | undefined {
    return this.#outputs.get(sink)?.get(time);
  }

  #compare(sink: string, time: number, expected: readonly { readonly key: string; readonly payload: unknown }[]): string | undefined {
    const text = this.#text(sink, time);
    if (text === undefined) return `${sink} had nothing for batch ${String(time)}`;
    const found = (JSON.parse(text) as { readonly key: string; readonly payload: unknown }[]).map((row) => JSON.stringify([row.key, row.payload])).sort();
    const wanted = expected.map((row) => JSON.stringify([row.key, row.payload])).sort();
    return found.join() === wanted.join() ? undefined : `${sink} had for batch ${String(time)} ${found.join()}, and the records make ${wanted.join()}`;
  }

  #compareWindow(sink: string, time: number, batches: readonly (readonly [number, readonly Raw[]])[]): string | undefined {
    const text = this.#text(sink, time);
    if (text === undefined) return `${sink} had nothing for batch ${String(time)}`;
    const found = (JSON.parse(text) as { readonly key: string; readonly payload: Aggregated }[])
      .map(({ key, payload: { count, sum, max, last } }) => rowOf(key, { count, sum, max, last })).sort();
    const groups = new Map<string, Aggregated>();
    for (const [, records] of batches) {
      for (const { key, payload: { id, v } } of records) {
        const group = groups.get(key) ?? { count: 0, sum: 0, max: -Infinity, last: 0 };
        groups.set(key, { count: group.count + 1, sum: group.sum + v, max: Math.max(group.max, id), last: id });
      }
    }
    const wanted = [...groups].map(([key, group]) => rowOf(key, group)).sort();
    return found.join() === wanted.join() ? undefined : `${sink} had for batch ${String(time)} ${found.join()}, and the records make ${wanted.join()}`;
  }

  #compareJoin(time: number, records: readonly Raw[]): string | undefined {
    const groups = new Map<string, { readonly key: string; readonly left: Sent[]; readonly right: Sent[] }>();
    for (const { key, payload } of records) {
      const group = groups.get(key) ?? { key, left: [], right: [] };
      groups.set(key, group);
      (this.offered.has(payload.id) ? group.left : group.right).push(payload);
    }
    return this.#compare('joined', time, [...groups].map(([key, payload]) => ({ key, payload })));
  }
}

function rowOf(key: string, { count, sum, max, last }: Aggregated): string {
  return `${key}: ${[count, sum, max, key === SHARED_KEY ? '' : last].join(' ')}`;
}
