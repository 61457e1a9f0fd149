import { StateSpec, type DStream, type Pair } from '../../../src/streaming';
import {
  BATCH,
  both,
  countsOfWindows,
  countsByValue,
  each,
  groups,
  joined,
  type KeyedNumber,
  mapped,
  type Naive,
  recordsBetween,
  sum,
  sumsByKey,
  timedOut,
  updated,
  window,
} from './Naive';

/**
 * A stream of a random program, twice: as the engine's and as the oracle's. `ordered`: the records have the order of the input,
 * so what depends on it may be asked. `nullable`: some batches may have no RDD.
 */
interface StreamOf<T> {
  readonly naive: Naive<T>;
  readonly build: (environment: Environment) => DStream<T>;
  readonly ordered: boolean;
  readonly nullable: boolean;
}

export type Numbers = StreamOf<number> & { readonly kind: 'numbers' };
export type Pairs = StreamOf<Pair<number, number>> & { readonly kind: 'pairs' };
export type AnyStream = Numbers | Pairs;

/** One run of a program: how many partitions, and the streams built so far. */
export interface Environment {
  readonly partitions: number;
  readonly inputs: readonly DStream<number>[];
  /** Each stream is built once, however many read it. */
  readonly built: Map<AnyStream, DStream<unknown>>;
}

/** Numbers that say what is free in an operation: lengths, moduli, and the like. */
export interface Choice {
  readonly first: number;
  readonly second: number;
}

export interface Operation {
  readonly name: string;
  /** Undefined where the operation does not fit the streams. */
  apply(stream: AnyStream, other: AnyStream, choice: Choice): AnyStream | undefined;
}

function builtOf(stream: Numbers, environment: Environment): DStream<number>;
function builtOf(stream: Pairs, environment: Environment): DStream<Pair<number, number>>;
function builtOf(stream: AnyStream, environment: Environment): DStream<unknown> {
  const present = environment.built.get(stream);
  if (present !== undefined) return present;
  const made: DStream<unknown> = stream.build(environment);
  environment.built.set(stream, made);
  return made;
}

export function built(stream: AnyStream, environment: Environment): DStream<unknown> {
  return stream.kind === 'numbers' ? builtOf(stream, environment) : builtOf(stream, environment);
}

const add = (first: number, second: number): number => first + second;
const subtract = (first: number, second: number): number => first - second;
const scramble = (value: number): number => ((value * 7 + 3) % 101) + 0;
/** Depends on the order of the values. */
const digest = (values: readonly number[], start = 0): number => values.reduce((all, value) => (all * 31 + value) % 1009, start) + 0;

/** Folds values into a state: by their order where that is known, else by their sum. */
const folded = (ordered: boolean, values: readonly number[], state = 0): number =>
  ordered ? digest(values, state) : (state + sum(values)) % 1009;

type Kind = AnyStream['kind'];
type OfKind<K extends Kind> = Extract<AnyStream, { kind: K }>;

/** Operations on one stream of a kind. */
function from<From extends Kind, To extends Kind>(
  kind: From,
  finish: (made: Omit<OfKind<To>, 'kind'>) => OfKind<To>,
): (name: string, change: (stream: OfKind<From>, choice: Choice) => Omit<OfKind<To>, 'kind'> | undefined) => Operation {
  const fits = (stream: AnyStream): stream is OfKind<From> => stream.kind === kind;
  return (name, change) => ({
    name,
    apply: (stream, _other, choice) => {
      const made = fits(stream) ? change(stream, choice) : undefined;
      return made === undefined ? undefined : finish(made);
    },
  });
}

const numbers = (made: Omit<Numbers, 'kind'>): Numbers => ({ ...made, kind: 'numbers' });
const pairs = (made: Omit<Pairs, 'kind'>): Pairs => ({ ...made, kind: 'pairs' });

const numbersTo = from<'numbers', 'numbers'>('numbers', numbers);
const numbersToPairs = from<'numbers', 'pairs'>('numbers', pairs);
const pairsTo = from<'pairs', 'pairs'>('pairs', pairs);

/** An operation on two streams of pairs with RDDs at the same times. */
function pairsWith(
  name: string,
  naive: (left: readonly KeyedNumber[], right: readonly KeyedNumber[]) => KeyedNumber[],
  build: (left: DStream<Pair<number, number>>, right: DStream<Pair<number, number>>, partitions: number) => DStream<Pair<number, number>>,
): Operation {
  return {
    name,
    apply: (stream, other) => {
      if (stream.kind !== 'pairs' || other.kind !== 'pairs') return undefined;
      if (stream.naive.slide !== other.naive.slide || stream.nullable || other.nullable) return undefined;
      return {
        kind: 'pairs',
        naive: both(stream.naive, other.naive, naive),
        build: (environment) => build(builtOf(stream, environment), builtOf(other, environment), environment.partitions),
        ordered: false,
        nullable: false,
      };
    },
  };
}

/** An operation on two streams of numbers with RDDs at the same times. */
function numbersWith(
  name: string,
  naive: (first: readonly number[], second: readonly number[], time: number) => number[],
  build: (first: DStream<number>, second: DStream<number>) => DStream<number>,
): Operation {
  return {
    name,
    apply: (stream, other) => {
      if (stream.kind !== 'numbers' || other.kind !== 'numbers') return undefined;
      if (stream.naive.slide !== other.naive.slide || stream.nullable || other.nullable) return undefined;
      return {
        kind: 'numbers',
        naive: both(stream.naive, other.naive, naive),
        build: (environment) => build(builtOf(stream, environment), builtOf(other, environment)),
        ordered: stream.ordered && other.ordered,
        nullable: false,
      };
    },
  };
}

/** A window of some whole batches: length 1 to 8 slides of the parent, slide 1 to 3. */
function durations(stream: AnyStream, { first, second }: Choice): { readonly length: number; readonly slide: number } {
  return { length: stream.naive.slide * (1 + (first % 8)), slide: stream.naive.slide * (1 + (second % 3)) };
}

const missing = -1000;

const joinOf = (
  name: 'join' | 'leftOuterJoin' | 'rightOuterJoin' | 'fullOuterJoin',
  keep: { readonly left: boolean; readonly right: boolean },
): Operation =>
  pairsWith(
    name,
    (left, right) =>
      joined(left, right, keep).map(({ key, left: one, right: two }) => [key, scramble((one ?? missing) * 3 + (two ?? missing))]),
    (left, right, partitions) =>
      (left[name](right, partitions) as DStream<Pair<number, Pair<number | null, number | null>>>).mapValues(([one, two]) =>
        scramble((one ?? missing) * 3 + (two ?? missing)),
      ),
  );

export const OPERATIONS: readonly Operation[] = [
  numbersTo('map', (stream) => ({
    ...stream,
    naive: each(stream.naive, (records) => records.map(scramble)),
    build: (environment) => builtOf(stream, environment).map(scramble),
  })),
  numbersTo('filter', (stream, { first }) => ({
    ...stream,
    naive: each(stream.naive, (records) => records.filter((value) => value % (2 + (first % 2)) !== 0)),
    build: (environment) => builtOf(stream, environment).filter((value) => value % (2 + (first % 2)) !== 0),
  })),
  numbersTo('flatMap', (stream) => ({
    ...stream,
    naive: each(stream.naive, (records) => records.flatMap((value) => (value % 3 === 0 ? [] : [value, value + 1]))),
    build: (environment) => builtOf(stream, environment).flatMap((value) => (value % 3 === 0 ? [] : [value, value + 1])),
  })),
  numbersTo('mapPartitions', (stream) => ({
    ...stream,
    naive: each(stream.naive, (records) => records.flatMap((value) => (value % 4 === 0 ? [] : [value - 1]))),
    build: (environment) =>
      builtOf(stream, environment).mapPartitions((records) => [...records].flatMap((value) => (value % 4 === 0 ? [] : [value - 1]))),
  })),
  numbersTo('sortBy', (stream, { first }) => {
    if (stream.nullable) return undefined;
    const ascending = first % 2 === 0;
    return {
      ...stream,
      // Equal numbers look the same, so the order is known whatever it was before.
      ordered: true,
      naive: each(stream.naive, (records) => [...records].sort((one, other) => (ascending ? one - other : other - one))),
      build: (environment) =>
        builtOf(stream, environment).transform((rdd) => rdd.sortBy((value) => value, ascending, environment.partitions)),
    };
  }),
  numbersTo('repartition', (stream, { first }) => ({
    ...stream,
    build: (environment) => builtOf(stream, environment).repartition(1 + (first % 5)),
  })),
  numbersTo('persist', (stream) => ({
    ...stream,
    build: (environment) => builtOf(stream, environment).map((value) => value).persist(),
  })),
  numbersTo('checkpoint', (stream, { first }) => ({
    ...stream,
    build: (environment) => builtOf(stream, environment).map((value) => value).checkpoint(stream.naive.slide * (1 + (first % 3))),
  })),
  numbersTo('slice', (stream, { first }) =>
    stream.nullable
      ? undefined
      : {
          ...stream,
          naive: window(stream.naive, stream.naive.slide * (1 + (first % 3)), stream.naive.slide),
          build: (environment) => {
            const { slide } = stream.naive;
            const back = slide * (first % 3);
            const kept = builtOf(stream, environment).map((value) => value);
            kept.remember(back + slide);
            return kept.transform((rdd, time) => {
              const older = back === 0 ? [] : kept.slice(time - back, time - slide);
              return older.reduceRight((newer, one) => one.union(newer), rdd);
            });
          },
        }),
  numbersTo('countByWindow', (stream, choice) => {
    const { length, slide } = durations(stream, choice);
    return {
      ordered: true,
      nullable: false,
      naive: countsOfWindows(window(stream.naive, length, slide)),
      build: (environment) => builtOf(stream, environment).countByWindow(length, slide),
    };
  }),
  numbersTo('subtract and distinct', (stream, { first }) =>
    stream.nullable
      ? undefined
      : {
          ...stream,
          ordered: false,
          naive: each(stream.naive, (records) => [...new Set(records.filter((value) => value % (2 + (first % 3)) !== 0))]),
          build: (environment) =>
            builtOf(stream, environment).transform((rdd) =>
              rdd.subtract(rdd.filter((value) => value % (2 + (first % 3)) === 0), environment.partitions).distinct(environment.partitions),
            ),
        }),
  numbersTo('glom', (stream) => ({
    ...stream,
    build: (environment) => builtOf(stream, environment).glom().flatMap((values) => values),
  })),
  numbersTo('transform', (stream) =>
    stream.nullable
      ? undefined
      : {
          ...stream,
          naive: {
            slide: stream.naive.slide,
            batches: new Map(
              [...stream.naive.batches].map(([time, records]) => [time, (records ?? []).map((value) => value + (time / BATCH))]),
            ),
          },
          build: (environment) =>
            builtOf(stream, environment).transform((rdd, time) => rdd.map((value) => value + time / BATCH)),
        }),
  numbersTo('reduce', (stream) => ({
    ...stream,
    naive: each(stream.naive, (records) => (records.length === 0 ? [] : [sum(records)])),
    build: (environment) => builtOf(stream, environment).reduce(add),
  })),
  numbersTo('count', (stream) => ({
    ...stream,
    naive: each(stream.naive, (records) => [records.length]),
    build: (environment) => builtOf(stream, environment).count(),
  })),
  numbersTo('window', (stream, choice) => {
    const { length, slide } = durations(stream, choice);
    return {
      ordered: stream.ordered,
      nullable: false,
      naive: window(stream.naive, length, slide),
      build: (environment) => builtOf(stream, environment).window(length, slide),
    };
  }),
  ...[false, true].map((inverse) =>
    numbersTo(inverse ? 'reduceByWindow with inverse' : 'reduceByWindow', (stream, choice) => {
      const { length, slide } = durations(stream, choice);
      return {
        ordered: true,
        nullable: false,
        naive: each(window(stream.naive, length, slide), (records) => (records.length === 0 ? [] : [sum(records)])),
        build: (environment) =>
          inverse
            ? builtOf(stream, environment).reduceByWindow(add, subtract, length, slide)
            : builtOf(stream, environment).reduceByWindow(add, length, slide),
      };
    }),
  ),
  numbersTo('countByWindow', (stream, choice) => {
    const { length, slide } = durations(stream, choice);
    // A record that only a gap between two windows has may or may not count as seen: not asked here.
    if (slide > length) return undefined;
    const seen = (time: number): boolean => recordsBetween(stream.naive, 0, time).length > 0;
    return {
      ordered: true,
      nullable: false,
      naive: {
        slide,
        batches: new Map(
          [...window(stream.naive, length, slide).batches].map(([time, records]) => [time, seen(time) ? [(records ?? []).length] : []]),
        ),
      },
      build: (environment) => builtOf(stream, environment).countByWindow(length, slide),
    };
  }),
  numbersWith('union', (first, second) => [...first, ...second], (first, second) => first.union(second)),
  numbersWith('union of the context', (first, second) => [...second, ...first, ...first], (first, second) =>
    first.context.union([second, first, first]),
  ),
  numbersWith('transformWith', (first, second, time) => [...first, ...second].map((value) => value + time / BATCH), (first, second) =>
    first.transformWith(second, (rdd, other, time) => rdd.union(other).map((value) => value + time / BATCH)),
  ),
  numbersWith('transform of the context', (first, second) => [...first, ...second.map(scramble)], (first, second) =>
    first.context.transform([first, second], ([one, other]) => one.union(other.map(scramble))),
  ),
  numbersToPairs('map to pairs', (stream, { first }) => ({
    ...stream,
    naive: each(stream.naive, (records) => records.map((value): KeyedNumber => [value % (2 + (first % 4)) + 0, value])),
    build: (environment) => builtOf(stream, environment).map((value): Pair<number, number> => [value % (2 + (first % 4)) + 0, value]),
  })),
  numbersToPairs('countByValue', (stream) => ({
    ...stream,
    ordered: false,
    naive: each(stream.naive, countsByValue),
    build: (environment) => builtOf(stream, environment).countByValue(environment.partitions),
  })),
  numbersToPairs('countByValueAndWindow', (stream, choice) => {
    const { length, slide } = durations(stream, choice);
    return {
      ordered: false,
      nullable: false,
      naive: each(window(stream.naive, length, slide), countsByValue),
      build: (environment) => builtOf(stream, environment).countByValueAndWindow(length, slide, environment.partitions),
    };
  }),
  {
    name: 'map to numbers',
    apply: (stream) =>
      stream.kind !== 'pairs'
        ? undefined
        : {
            kind: 'numbers',
            ordered: stream.ordered,
            nullable: stream.nullable,
            naive: each(stream.naive, (records) => records.map(([key, value]) => scramble(key * 13 + value))),
            build: (environment) => builtOf(stream, environment).map(([key, value]) => scramble(key * 13 + value)),
          },
  },
  pairsTo('mapValues', (stream) => ({
    ...stream,
    naive: each(stream.naive, (records) => records.map(([key, value]): KeyedNumber => [key, scramble(value)])),
    build: (environment) => builtOf(stream, environment).mapValues(scramble),
  })),
  pairsTo('flatMapValues', (stream) => ({
    ...stream,
    naive: each(stream.naive, (records) =>
      records.flatMap(([key, value]): KeyedNumber[] => (value % 2 === 0 ? [[key, value], [key, value + 1]] : [])),
    ),
    build: (environment) => builtOf(stream, environment).flatMapValues((value) => (value % 2 === 0 ? [value, value + 1] : [])),
  })),
  pairsTo('reduceByKey', (stream) => ({
    ...stream,
    ordered: false,
    naive: each(stream.naive, sumsByKey),
    build: (environment) => builtOf(stream, environment).reduceByKey(add, environment.partitions),
  })),
  pairsTo('groupByKey', (stream) => ({
    ...stream,
    ordered: false,
    naive: each(stream.naive, (records) => [...groups(records)].map(([key, values]): KeyedNumber => [key, folded(stream.ordered, values)])),
    build: (environment) =>
      builtOf(stream, environment).groupByKey(environment.partitions).mapValues((values) => folded(stream.ordered, values)),
  })),
  pairsTo('combineByKey', (stream) => ({
    ...stream,
    ordered: false,
    naive: each(stream.naive, (records) => [...groups(records)].map(([key, values]): KeyedNumber => [key, sum(values) + values.length])),
    build: (environment) =>
      builtOf(stream, environment).combineByKey(
        (value) => value + 1,
        (combined, value) => combined + value + 1,
        add,
        environment.partitions,
      ),
  })),
  pairsTo('window of pairs', (stream, choice) => {
    const { length, slide } = durations(stream, choice);
    return {
      ordered: stream.ordered,
      nullable: false,
      naive: window(stream.naive, length, slide),
      build: (environment) => builtOf(stream, environment).window(length, slide),
    };
  }),
  pairsTo('groupByKeyAndWindow', (stream, choice) => {
    const { length, slide } = durations(stream, choice);
    return {
      ordered: false,
      nullable: false,
      naive: each(window(stream.naive, length, slide), (records) =>
        [...groups(records)].map(([key, values]): KeyedNumber => [key, folded(stream.ordered, values)]),
      ),
      build: (environment) =>
        builtOf(stream, environment)
          .groupByKeyAndWindow(length, slide, environment.partitions)
          .mapValues((values) => folded(stream.ordered, values)),
    };
  }),
  ...[false, true].map((inverse) =>
    pairsTo(inverse ? 'reduceByKeyAndWindow with inverse' : 'reduceByKeyAndWindow', (stream, choice) => {
      const { length, slide } = durations(stream, choice);
      return {
        ordered: false,
        nullable: false,
        naive: each(window(stream.naive, length, slide), sumsByKey),
        build: (environment) =>
          inverse
            ? builtOf(stream, environment).reduceByKeyAndWindow(add, subtract, length, slide, { numPartitions: environment.partitions })
            : builtOf(stream, environment).reduceByKeyAndWindow(add, length, slide),
      };
    }),
  ),
  pairsWith(
    'cogroup',
    (left, right) => {
      const lefts = groups(left);
      const rights = groups(right);
      return [...new Set([...lefts.keys(), ...rights.keys()])].map((key) => [
        key,
        scramble(sum(lefts.get(key) ?? []) * 3 + sum(rights.get(key) ?? []) + (rights.get(key) ?? []).length),
      ]);
    },
    (left, right, partitions) =>
      left
        .cogroup(right, partitions)
        .mapValues(([lefts, rights]) => scramble(sum(lefts) * 3 + sum(rights) + rights.length)),
  ),
  joinOf('join', { left: false, right: false }),
  joinOf('leftOuterJoin', { left: true, right: false }),
  joinOf('rightOuterJoin', { left: false, right: true }),
  joinOf('fullOuterJoin', { left: true, right: true }),
  pairsTo('updateStateByKey', (stream) => {
    const update = (values: readonly number[], state: number | undefined): number | undefined => {
      const next = folded(stream.ordered, values, (state ?? 0) + 1);
      return next % 5 === 0 ? undefined : next;
    };
    return {
      ordered: false,
      nullable: stream.nullable,
      naive: updated(stream.naive, update),
      build: (environment) => builtOf(stream, environment).updateStateByKey(update, { numPartitions: environment.partitions }),
    };
  }),
  pairsTo('updateStateByKeyWithTime', (stream) => {
    const update = (values: readonly number[], state: number | undefined, key: number, time: number): number | undefined =>
      time % (7 * BATCH) === 0 ? undefined : folded(stream.ordered, values, (state ?? 0) + key + time / BATCH);
    return {
      ordered: false,
      nullable: stream.nullable,
      naive: updated(stream.naive, update),
      build: (environment) =>
        builtOf(stream, environment).updateStateByKeyWithTime(
          (time, key, values, state: number | undefined) => update(values, state, key, time),
          environment.partitions,
        ),
    };
  }),
  pairsTo('updateStateByPartition', (stream) => {
    const update = (values: readonly number[], state: number | undefined, key: number): number | undefined => {
      const next = folded(stream.ordered, values, (state ?? key) + 2);
      return next % 6 === 0 ? undefined : next;
    };
    return {
      ordered: false,
      nullable: stream.nullable,
      naive: updated(stream.naive, update),
      build: (environment) =>
        builtOf(stream, environment).updateStateByPartition<number, number, number>(
          function* (all) {
            for (const [key, values, state] of all) {
              const next = update(values, state, key);
              if (next !== undefined) yield [key, next];
            }
          },
          environment.partitions,
        ),
    };
  }),
  pairsTo('mapWithState with a timeout', (stream, { first }) => {
    const timeout = stream.naive.slide * (1 + (first % 3));
    const next = (value: number, state: number | undefined): number => folded(stream.ordered, [value], state);
    return {
      ordered: false,
      nullable: false,
      naive: timedOut(stream.naive, timeout, next),
      build: (environment) =>
        builtOf(stream, environment).mapWithState(
          StateSpec.function((key: number, value: number | undefined, state: State): Pair<number, number> | undefined => {
            if (value === undefined) return [key, state.getOption() ?? NaN];
            state.update(next(value, state.getOption()));
            return undefined;
          })
            .numPartitions(environment.partitions)
            .timeout(timeout),
        ),
    };
  }),
  ...[false, true].map((snapshots) =>
    pairsTo(snapshots ? 'stateSnapshots' : 'mapWithState', (stream) => {
      const next = (value: number, state: number | undefined): number => folded(stream.ordered, [value], state);
      // Without the order of the records only what does not depend on it may be asked: the state after the batch.
      if (!snapshots && !stream.ordered) return undefined;
      const removes = (state: number): boolean => stream.ordered && state % 7 === 0;
      const naive = mapped(stream.naive, (key, value, states) => {
        const state = next(value, states.get(key));
        if (removes(state)) states.delete(key);
        else states.set(key, state);
        return state % 2 === 0 ? undefined : [key, state];
      });
      return {
        ordered: false,
        nullable: false,
        naive: snapshots ? naive.snapshots : naive.results,
        build: (environment) => {
          const stateful = builtOf(stream, environment).mapWithState(
            StateSpec.function((key: number, value: number | undefined, state: State): Pair<number, number> | undefined => {
              const now = next(value ?? NaN, state.getOption());
              if (!removes(now)) state.update(now);
              else if (state.exists()) state.remove();
              return now % 2 === 0 ? undefined : [key, now];
            }).numPartitions(environment.partitions),
          );
          return snapshots ? stateful.stateSnapshots() : stateful;
        },
      };
    }),
  ),
];

interface State {
  exists(): boolean;
  getOption(): number | undefined;
  update(state: number): void;
  remove(): void;
}
