import { type CompiledCode, copyValue, ExpressionError } from '../../expressions';
import type { Aggregate } from '../../operators/aggregates/Aggregate';

/** The user's code over two values, `a` and `b`. */
export type SynchronousCode = CompiledCode & { readonly kind: 'synchronous' };

/** What calls the user's code, and hears of its failures. */
export interface ReduceCaller {
  /** @param order the order coordinate of the record at hand; 0 where results are combined */
  call(code: SynchronousCode, values: readonly unknown[], order: number): unknown;
  /** @param leftOut whether a record was left out for it */
  failed(thrown: unknown, leftOut: boolean): void;
}

export interface ReducedPartial {
  /** How many values are in. */
  count: number;
  /** How many values of parts are not, because combining with these parts failed. */
  missing: number;
  /** Null while there is none. May be shared with records and other partials, and is never changed. */
  value: unknown;
}

/**
 * The user's own function as an aggregate: values of any type but undefined and null are combined two by two, the older one
 * first; a single one is the result as it is, and of none it is null. As in Spark, the function must be associative: combining
 * the results of two parts must give what combining all their values gives.
 *
 * Where combining fails or gives undefined, that is told; what was to be combined into the result is left out of it. The function
 * gets copies, unless it provably changes nothing, so it may build its result in `a`.
 *
 * With an inverse, which takes `b` out of `a` again, values that leave a window are subtracted. Where it fails, or where the
 * result is not finite (a NaN or an infinity cannot be taken out), the window is combined anew instead.
 */
export function userReduce(
  reduce: SynchronousCode,
  inverse: SynchronousCode | undefined,
  caller: ReduceCaller,
): Aggregate<ReducedPartial> {
  const combined = (code: SynchronousCode, a: unknown, b: unknown, order: number): unknown => {
    const result = caller.call(code, code.neverWrites ? [a, b] : [copyValue(a), copyValue(b)], order);
    if (result !== undefined) return result;
    throw new ExpressionError(
      'The function returned nothing for two values.',
      'Its result takes their place, so there must be one.',
      'Return a value on every way through the function.',
    );
  };
  const include = (into: ReducedPartial, value: unknown, count: number, order: number, isRecord: boolean): ReducedPartial => {
    if (into.count === 0) {
      into.value = value;
    } else {
      try {
        into.value = combined(reduce, into.value, value, order);
      } catch (thrown) {
        caller.failed(thrown, isRecord);
        // A record is left out for good, a part only of this result: it must not be subtracted later.
        if (!isRecord) into.missing += count;
        return into;
      }
    }
    into.count += count;
    return into;
  };
  const aggregate: Aggregate<ReducedPartial> = {
    name: 'reduce',
    zero: () => ({ count: 0, missing: 0, value: null }),
    accepts: (candidate) => candidate !== undefined && candidate !== null,
    add: (partial, value, order) => include(partial, value, 1, order, true),
    merge: (into, from) => {
      into.missing += from.missing;
      return from.count === 0 ? into : include(into, from.value, from.count, 0, false);
    },
    copy: ({ count, missing, value }) => ({ count, missing, value }),
    packed: {
      width: 2,
      pack: ({ count, missing, value }, into, at) => {
        if (typeof value !== 'number' || missing !== 0) return false;
        into[at] = count;
        into[at + 1] = value;
        return true;
      },
      unpack: (from, at) => ({ count: from[at] ?? 0, missing: 0, value: from[at + 1] ?? 0 }),
    },
    finish: ({ count, value }) => (count === 0 ? null : value),
  };
  if (inverse === undefined) return aggregate;
  return {
    ...aggregate,
    subtract: (from, part) => {
      if (part.count === 0) return from;
      if (from.missing > 0) return undefined;
      if (from.count === part.count) return aggregate.zero();
      try {
        const value = combined(inverse, from.value, part.value, 0);
        return isFinite(value) ? { count: from.count - part.count, missing: 0, value } : undefined;
      } catch (thrown) {
        caller.failed(thrown, false);
        return undefined;
      }
    },
  };
}

/** Whether a value, and what it holds directly, is no NaN and no infinity. */
function isFinite(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.values(value).every((item) => typeof item !== 'number' || Number.isFinite(item));
}
