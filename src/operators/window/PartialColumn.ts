import type { Aggregate, PackedForm } from '../aggregates/Aggregate';
import { copyOf } from './copyPartial';

/** The partials of one aggregate for the keys of a pane, by the rows of the pane. Never changed. */
export interface PartialColumn<Partial = unknown> {
  /** How many values the partials hold, one each at least; see `Aggregate.size`. */
  readonly size: number;
  /** About how many bytes of memory they take. */
  readonly bytes: number;
  /** To be read: nobody may change it. */
  at(row: number): Partial;
  /** A copy that belongs to the caller. */
  copyAt(row: number): Partial;
}

/**
 * Takes partials over, as numbers where the aggregate knows how.
 * @param partials nobody may change them from now on
 */
export function columnOf<Partial>(aggregate: Aggregate<Partial>, partials: readonly Partial[]): PartialColumn<Partial> {
  return aggregate.packed === undefined
    ? new ObjectColumn(aggregate, partials)
    : new PackedColumn(aggregate, aggregate.packed, partials);
}

/** What a partial that is an object takes for each value that it holds, bytes; about. */
export const OBJECT_BYTES = 64;

class ObjectColumn<Partial> implements PartialColumn<Partial> {
  readonly #aggregate: Aggregate<Partial>;
  readonly #partials: readonly Partial[];
  /** Worked out once, since partials do not change: a window has many columns. */
  #bytes: number | undefined;

  constructor(aggregate: Aggregate<Partial>, partials: readonly Partial[]) {
    this.#aggregate = aggregate;
    this.#partials = partials;
  }

  get bytes(): number {
    return (this.#bytes ??= OBJECT_BYTES * this.size);
  }

  get size(): number {
    return this.#partials.reduce((sum, partial) => sum + Math.max(1, this.#aggregate.size?.(partial) ?? 1), 0);
  }

  at(row: number): Partial {
    return this.#partials[row] as Partial;
  }

  copyAt(row: number): Partial {
    return copyOf(this.#aggregate, this.at(row));
  }
}

/** Numbers in one array; only those partials that are more than their numbers remain objects. */
class PackedColumn<Partial> implements PartialColumn<Partial> {
  readonly size: number;
  readonly #aggregate: Aggregate<Partial>;
  readonly #form: PackedForm<Partial>;
  readonly #numbers: Float64Array;
  readonly #others: ReadonlyMap<number, Partial> | undefined;

  constructor(aggregate: Aggregate<Partial>, form: PackedForm<Partial>, partials: readonly Partial[]) {
    this.size = partials.length;
    this.#aggregate = aggregate;
    this.#form = form;
    this.#numbers = new Float64Array(partials.length * form.width);
    let others: Map<number, Partial> | undefined;
    partials.forEach((partial, row) => {
      if (!form.pack(partial, this.#numbers, row * form.width)) (others ??= new Map<number, Partial>()).set(row, partial);
    });
    this.#others = others;
  }

  get bytes(): number {
    return this.#numbers.byteLength + OBJECT_BYTES * (this.#others?.size ?? 0);
  }

  at(row: number): Partial {
    const other = this.#others?.get(row);
    return other === undefined ? this.#form.unpack(this.#numbers, row * this.#form.width) : other;
  }

  copyAt(row: number): Partial {
    const other = this.#others?.get(row);
    return other === undefined ? this.#form.unpack(this.#numbers, row * this.#form.width) : copyOf(this.#aggregate, other);
  }
}
