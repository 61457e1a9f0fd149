import { canonicalText } from '../keys';
import type { Aggregate } from './Aggregate';
import { isCountable } from './valueCounts';

/** The registers of a HyperLogLog sketch. */
export interface DistinctApproxPartial {
  /** How many registers are not 0. */
  used: number;
  /** For each register its rank: only those that are not 0 while they are few, then all 4,096, in about 32 kB. */
  ranks: Record<number, number> | number[];
}

/** A value chooses its register by the first 12 bits of its hash; the other 52 give its rank. */
const INDEX_BITS = 12;
const REGISTERS = 2 ** INDEX_BITS;
const RANK_BITS = 64 - INDEX_BITS;
/** Up to so many registers are kept by their numbers. */
const FEW = 200;
/** How many of the rank's bits are in the upper half of the hash. */
const UPPER_RANK_BITS = 32 - INDEX_BITS;

/**
 * About how many different values there are, in little memory however many they are. The standard error is
 * 1.04 / sqrt(4096) = 1.6 %: two of three results are nearer than that, 99 of 100 nearer than 4.2 %. 0 for none.
 * Values are compared as keys are; undefined, null and what is no plain data are skipped. Nothing can be subtracted.
 *
 * Method: P. Flajolet and others, "HyperLogLog: the analysis of a near-optimal cardinality estimation algorithm" (2007), over
 * a hash of 64 bits; the estimate is the one of O. Ertl, "New cardinality estimation algorithms for HyperLogLog sketches"
 * (2017), which needs no corrections for small or large counts. The result depends on nothing but which values came.
 */
export const DistinctApprox: Aggregate<DistinctApproxPartial> = {
  name: 'distinctApprox',
  zero: () => ({ used: 0, ranks: {} }),
  accepts: isCountable,
  add: (partial, value) => {
    hash(canonicalText(value));
    const rest = upper & (2 ** UPPER_RANK_BITS - 1);
    const rank = rest === 0 ? UPPER_RANK_BITS + Math.clz32(lower) + 1 : Math.clz32(rest) - INDEX_BITS + 1;
    raise(partial, upper >>> UPPER_RANK_BITS, rank);
    return partial;
  },
  merge: (into, from) => {
    forEachUsed(from, (register, rank) => {
      raise(into, register, rank);
    });
    return into;
  },
  copy: ({ used, ranks }) => ({ used, ranks: Array.isArray(ranks) ? ranks.slice() : { ...ranks } }),
  size: ({ used }) => used,
  finish: (partial) => Math.round(estimated(partial)),
};

function raise(partial: DistinctApproxPartial, register: number, rank: number): void {
  const present = partial.ranks[register] ?? 0;
  if (rank <= present) return;
  if (present === 0 && ++partial.used > FEW && !Array.isArray(partial.ranks)) {
    const all = new Array<number>(REGISTERS).fill(0);
    forEachUsed(partial, (used, usedRank) => {
      all[used] = usedRank;
    });
    partial.ranks = all;
  }
  partial.ranks[register] = rank;
}

function forEachUsed({ ranks }: DistinctApproxPartial, visit: (register: number, rank: number) => void): void {
  if (Array.isArray(ranks)) {
    for (let register = 0; register < REGISTERS; register++) {
      const rank = ranks[register] ?? 0;
      if (rank > 0) visit(register, rank);
    }
  } else {
    for (const register in ranks) visit(Number(register), ranks[register] ?? 0);
  }
}

function estimated(partial: DistinctApproxPartial): number {
  /** For each rank the number of registers that have it. */
  const counts = new Array<number>(RANK_BITS + 2).fill(0);
  forEachUsed(partial, (_register, rank) => {
    counts[rank] = (counts[rank] ?? 0) + 1;
  });
  if (partial.used === 0) return 0;
  let sum = REGISTERS * tau(1 - (counts[RANK_BITS + 1] ?? 0) / REGISTERS);
  for (let rank = RANK_BITS; rank >= 1; rank--) sum = (sum + (counts[rank] ?? 0)) / 2;
  sum += REGISTERS * sigma((REGISTERS - partial.used) / REGISTERS);
  return (REGISTERS * REGISTERS) / (2 * Math.LN2 * sum);
}

/** x + sum of x^(2^k) 2^(k-1) for k from 1: what the registers add that no value has chosen. Below 1 only. */
function sigma(x: number): number {
  let power = x;
  let weight = 1;
  let sum = x;
  for (;;) {
    power *= power;
    const next = sum + power * weight;
    if (next === sum) return sum;
    sum = next;
    weight *= 2;
  }
}

/** (1 - x - sum of (1 - x^(2^-k))^2 2^-k for k from 1) / 3: what the registers add that have the highest rank. */
function tau(x: number): number {
  if (x === 0 || x === 1) return 0;
  let root = x;
  let weight = 1;
  let sum = 1 - x;
  for (;;) {
    root = Math.sqrt(root);
    weight /= 2;
    const next = sum - (1 - root) ** 2 * weight;
    if (next === sum) return sum / 3;
    sum = next;
  }
}

/** The two halves of the hash that was computed last. */
let upper = 0;
let lower = 0;

/**
 * 64 bits of a text, the same in every run and on every platform: two FNV-like passes at once with different multipliers,
 * mixed into one another by the finaliser of MurmurHash3, so that each bit depends on each character.
 */
function hash(text: string): void {
  let one = 0x9e3779b9 | 0;
  let other = 0x85ebca6b | 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    one = Math.imul(one ^ unit, 0x9e3779b1);
    one ^= one >>> 15;
    other = Math.imul(other ^ unit, 0x5f356495);
    other ^= other >>> 13;
  }
  one = mixed(one ^ text.length);
  other = mixed(other ^ one);
  one = mixed(one ^ other);
  upper = one >>> 0;
  lower = other >>> 0;
}

function mixed(value: number): number {
  let bits = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}
