import { type KeyIdentity, keyIdentity } from '../../../src/operators/keys';
import type { Group, Groups, KeyedAggregator } from '../../../src/operators/window/KeyedGroups';

interface Batch {
  readonly time: number;
  readonly groups: Groups;
}

/** The oracle of a keyed window: all batches as they came, merged one after the other each time something is asked. */
export class MergedPanes {
  readonly #aggregator: KeyedAggregator;
  #batches: Batch[] = [];

  constructor(aggregator: KeyedAggregator) {
    this.#aggregator = aggregator;
  }

  get keyCount(): number {
    return this.keysAfter(-Infinity);
  }

  addPane(time: number, groups: Groups): void {
    this.#batches = [...this.#batches.filter((batch) => batch.time !== time), { time, groups }];
  }

  evaluate(from: number, to: number): Groups {
    const result = this.#aggregator.empty();
    for (const { time, groups } of this.#batches) {
      if (from < time && time <= to) this.#aggregator.merge(result, groups);
    }
    return result;
  }

  changedKeys(from: number, to: number, previousFrom: number, previousTo: number): Set<KeyIdentity> {
    const differing = this.#batches.filter(({ time }) =>
      (from < time && time <= to) !== (previousFrom < time && time <= previousTo));
    return new Set(differing.flatMap(({ groups }) => [...groups.keys()]));
  }

  forget(upTo: number): void {
    this.#batches = this.#batches.filter(({ time }) => time > upTo);
  }

  keysAfter(from: number): number {
    return this.evaluate(from, Infinity).size;
  }

  hasKeyAfter(key: unknown, from: number): boolean {
    return this.evaluate(from, Infinity).has(keyIdentity(key));
  }
}

/** Everything that can be seen of a window's rows, in their order. */
export function seen(rows: ReadonlyMap<KeyIdentity, Pick<Group, 'key' | 'partials'>>, { aggregates }: KeyedAggregator): unknown[] {
  return [...rows].map(([identity, { key, partials }]) =>
    [identity, key, ...partials.map((partial, index) => aggregates[index]?.finish(partial))]);
}
