import type { KeyIdentity } from '../../operators/keys';

/** What stands for a key in results: -0 is the same key as 0, so it must not depend on their order which of them is shown. */
export function shownKey<K>(key: K, identity: KeyIdentity): K {
  return typeof key === 'number' ? (identity as K) : key;
}
