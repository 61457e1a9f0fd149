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
  /** As plain data, as far as the partials are; shares them. */
  portable(): PortableColumn;
}

/**
 * Takes partials over, as numbers where the aggregate knows how.
 * @param partials nobody may change them from now on
 */
export function columnOf<Partial>(aggregate: Aggregate<Partial>, partials: readonly Partial[]): PartialColumn<Partial> {
  return aggregate.packed === undefined
    ? new ObjectColumn(aggregate, partials)
    : packedColumn(aggregate, aggregate.packed, partials);
}

function packedColumn<Partial>(
  aggregate: Aggregate<Partial>, form: PackedForm<Partial>, partials: readonly Partial[],
): PartialColumn<Partial> {
  const numbers = new Float64Array(partials.length * form.width);
  let others: Map<number, Partial> | undefined;
  partials.forEach((partial, row) => {
    if (!form.pack(partial, numbers, row * form.width)) (others ??= new Map<number, Partial>()).set(row, partial);
  });
  return new PackedColumn(aggregate, form, numbers, others);
}

/** A column as plain data, so that it can go to another thread. */
export interface PortableColumn {
  /** The partials that are a few numbers; absent where the aggregate has no such form. */
  readonly numbers?: Float64Array<ArrayBuffer>;
  /** All others, by their rows. */
  readonly others: ReadonlyMap<number, unknown>;
}

/** A column again, from what `portable` gave. */
export function columnFrom<Partial>(aggregate: Aggregate<Partial>, { numbers, others }: PortableColumn): PartialColumn<Partial> {
  const partials = others as ReadonlyMap<number, Partial>;
  if (aggregate.packed === undefined || numbers === undefined) return new ObjectColumn(aggregate, [...partials.values()]);
  return new PackedColumn(aggregate, aggregate.packed, numbers, partials);
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

  portable(): PortableColumn {
    return { others: new Map(this.#partials.entries()) };
  }
}

/** Numbers in one array; only those partials that are more than their numbers remain objects. */
class PackedColumn<Partial> implements PartialColumn<Partial> {
  readonly size: number;
  readonly #aggregate: Aggregate<Partial>;
  readonly #form: PackedForm<Partial>;
  readonly #numbers: Float64Array<ArrayBuffer>;
  readonly #others: ReadonlyMap<number, Partial> | undefined;

  /** @param others those that are more than their numbers, by their rows */
  constructor(
    aggregate: Aggregate<Partial>, form: PackedForm<Partial>, numbers: Float64Array<ArrayBuffer>, others?: ReadonlyMap<number, Partial>,
  ) {
    this.size = numbers.length / form.width;
    this.#aggregate = aggregate;
    this.#form = form;
    this.#numbers = numbers;
    this.#others = others === undefined || others.size === 0 ? undefined : others;
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
  portable(): PortableColumn {
    return { numbers: this.#numbers, others: this.#others ?? new Map<number, Partial>() };
  }
}
