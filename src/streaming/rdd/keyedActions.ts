import { type KeyIdentity, keyIdentity } from '../../operators/keys';
import type { Pair } from '../Pair';
import { RDD } from './RDD';
import { shownKey } from './shownKey';

declare module './RDD' {
  interface RDD<T> {
    /** How often each record occurs, equal ones counted together, in the order of their first appearance. */
    countByValue(): Promise<Map<T, number>>;
    /** How many pairs each key has. */
    countByKey<K>(this: RDD<readonly [K, unknown]>): Promise<Map<K, number>>;
    /** The last value of each key. */
    collectAsMap<K, V>(this: RDD<readonly [K, V]>): Promise<Map<K, V>>;
    /** All values of one key, in their order. */
    lookup<K, V>(this: RDD<readonly [K, V]>, key: K): Promise<V[]>;
  }
}

/** One result a key: keys are equal by value, which a Map alone would not find out for objects. */
async function perKey<K, V, R>(rdd: RDD<Pair<K, V>>, next: (present: R | undefined, value: V) => R): Promise<Map<K, R>> {
  const found = new Map<KeyIdentity, { readonly key: K; result: R }>();
  await rdd.foreach(([key, value]) => {
    const identity = keyIdentity(key);
    const present = found.get(identity);
    if (present === undefined) found.set(identity, { key: shownKey(key, identity), result: next(undefined, value) });
    else present.result = next(present.result, value);
  });
  return new Map([...found.values()].map(({ key, result }) => [key, result]));
}

RDD.prototype.countByValue = function <T>(this: RDD<T>): Promise<Map<T, number>> {
  return this.keyBy((record) => record).countByKey();
};

RDD.prototype.countByKey = function <K>(this: RDD<Pair<K, unknown>>): Promise<Map<K, number>> {
  return perKey(this, (count: number | undefined) => (count ?? 0) + 1);
};

RDD.prototype.collectAsMap = function <K, V>(this: RDD<Pair<K, V>>): Promise<Map<K, V>> {
  return perKey(this, (_, value: V) => value);
};

RDD.prototype.lookup = function <K, V>(this: RDD<Pair<K, V>>, key: K): Promise<V[]> {
  const wanted = keyIdentity(key);
  return this.filter(([candidate]) => Object.is(keyIdentity(candidate), wanted))
    .values()
    .collect();
};
