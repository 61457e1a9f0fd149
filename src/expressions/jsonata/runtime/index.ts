import { array, group, grouped, sparse } from './objects';
import { arithmetic, compare, concat, negative, range } from './operators';
import { each, filter, last, lastNames, member, names, pick, single } from './paths';
import { FUNCTIONS, SHORT_FORMS } from './functions';
import { equal, includes, isPlain, truth, unequal } from './values';

/** What compiled expressions find under these names; JSONata's own functions have a `$` before theirs, short forms two. */
export const RUNTIME: Readonly<Record<string, unknown>> = {
  isArray: Array.isArray,
  isFinite: Number.isFinite,
  array, group, grouped, sparse,
  arithmetic, compare, concat, negative, range,
  each, filter, last, lastNames, member, names, pick, single,
  equal, includes, isPlain, truth, unequal,
  ...Object.fromEntries(Object.entries(FUNCTIONS).map(([name, one]) => [`$${name}`, one])),
  ...Object.fromEntries([...SHORT_FORMS].map(([name, one]) => [`$$${name}`, one])),
};
