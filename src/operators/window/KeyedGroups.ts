import type { Aggregate } from '../aggregates/Aggregate';
import { keyIdentity } from '../keys';
import type { KeyIdentity } from '../keys';
import { copyOf } from './copyPartial';
import type { GroupColumns } from './GroupColumns';

/** What is known about one key: how many records it had, and one partial for each aggregate, in the aggregates' order. */
export interface Group {
  readonly key: unknown;
  records: number;
  readonly partials: unknown[];
}

/** The groups of a batch or a window, in the order in which their keys came. */
export type Groups = Map<KeyIdentity, Group>;

/** Folds records into groups by key, several aggregates at once. */
export class KeyedAggregator {
  #aggregates: readonly Aggregate[];

  constructor(aggregates: readonly Aggregate[]) {
    this.#aggregates = aggregates;
  }

  get aggregates(): readonly Aggregate[] {
    return this.#aggregates;
  }

  /**
   * Goes on with aggregates that have the same partials as those so far, one by one: the same ones, made anew.
   * @throws RangeError when there are more or fewer
   */
  renew(aggregates: readonly Aggregate[]): void {
    if (aggregates.length !== this.#aggregates.length) {
      throw new RangeError(`There are ${String(this.#aggregates.length)} aggregates, `
        + `and ${String(aggregates.length)} cannot take their place.`);
    }
    this.#aggregates = aggregates;
  }

  /** Groups over no records. */
  empty(): Groups {
    return new Map();
  }

  /**
   * Folds one record in. The record counts for its key even when no aggregate can use its values.
   * @param values one for each aggregate
   * @param order the record's order coordinate
   * @returns how many values were skipped because their aggregate does not accept them
   */
  add(groups: Groups, key: unknown, values: readonly unknown[], order: number): number {
    const identity = keyIdentity(key);
    let group = groups.get(identity);
    if (group === undefined) {
      // -0 is the same key as 0, so it must not depend on the order which of them is shown.
      group = { key: typeof key === 'number' ? identity : key, records: 0, partials: this.zeros() };
      groups.set(identity, group);
    }
    group.records++;
    const aggregates = this.#aggregates;
    const partials = group.partials;
    let skipped = 0;
    for (let index = 0; index < aggregates.length; index++) {
      const aggregate = aggregates[index];
      if (aggregate === undefined) continue;
      const value = values[index];
      if (aggregate.accepts(value)) partials[index] = aggregate.add(partials[index], value, order);
      else skipped++;
    }
    return skipped;
  }

  /** Folds the records of a row in, as if they came after those of the groups. The row stays as it is, and unshared. */
  addRow(groups: Groups, identity: KeyIdentity, { keys, records, columns }: GroupColumns, row: number): void {
    const count = records[row] ?? 0;
    const group = groups.get(identity);
    if (group === undefined) {
      groups.set(identity, { key: keys[row], records: count, partials: columns.map((column) => column.copyAt(row)) });
      return;
    }
    group.records += count;
    for (let index = 0; index < this.#aggregates.length; index++) {
      group.partials[index] = this.#aggregates[index]?.merge(group.partials[index], columns[index]?.at(row));
    }
  }

  /** Folds all of `from` into `into`, as if its records had come after those of `into`. `from` stays as it is, and unshared. */
  merge(into: Groups, from: ReadonlyMap<KeyIdentity, Group>): void {
    for (const [identity, group] of from) {
      const target = into.get(identity);
      if (target === undefined) into.set(identity, this.copy(group));
      else this.mergeGroup(target, group);
    }
  }

  /** A copy that shares no partial that could be changed. */
  copy(group: Group): Group {
    const partials: unknown[] = [];
    for (let index = 0; index < this.aggregates.length; index++) {
      const aggregate = this.aggregates[index];
      const partial = group.partials[index];
      partials.push(aggregate === undefined ? partial : copyOf(aggregate, partial));
    }
    return { key: group.key, records: group.records, partials };
  }

  /** The partials of a key without records. */
  zeros(): unknown[] {
    return this.aggregates.map((aggregate) => aggregate.zero());
  }

  /** Folds one group into another of the same key. */
  mergeGroup(into: Group, from: Group): void {
    into.records += from.records;
    for (let index = 0; index < this.aggregates.length; index++) {
      const aggregate = this.aggregates[index];
      if (aggregate !== undefined) into.partials[index] = aggregate.merge(into.partials[index], from.partials[index]);
    }
  }
}
