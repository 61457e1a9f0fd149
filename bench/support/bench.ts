import { spreadOf, medianRatio, type Spread } from './statistics';

/**
 * A benchmark: one file in bench/ that has one of these as its `export default`. Loading the file does nothing yet;
 * `npm run bench -- <name>` runs it (bench/support/main.ts). It prints and asserts nothing.
 */
export interface Bench {
  /** What is done, with its numbers, in one line: the description in the list of benchmarks and in docs/performance.md. */
  readonly work: string;
  /** What was hoped for, in one line, as a ratio where there is a baseline. */
  readonly goal: string;
  /** How often each variant runs where `--rounds` does not say otherwise. */
  readonly rounds: number;
  /** Makes its inputs (always the same ones, see inputs.ts) and calls `session.compare`, once or several times. */
  run(session: Session): Promise<void>;
}

/** What a running benchmark is given. */
export interface Session {
  /** Only show that everything works, with inputs as small as possible: the figures mean nothing. */
  readonly isQuick: boolean;
  /** Parameters for each Node.js that the benchmark starts itself: with `--cpu-prof` what writes its profile, else none. */
  readonly nodeParameters: readonly string[];
  /** Runs the variants in turn, prints a table of what they reached, and keeps it for the JSON result. */
  compare(comparison: Comparison): Promise<Summary>;
  /** Prints a line: what a reader of the table must know, such as the load that was reached. */
  note(line: string): void;
}

/** Several ways to do the same work. */
export interface Comparison {
  /** Says which work, where a benchmark has several comparisons: `QoS 1`. */
  readonly name: string;
  readonly variants: readonly Variant[];
  /** The name of the variant that the others are divided by. Without one there are no ratios. */
  readonly baseline?: string;
  /** The figures whose ratios are shown; default: all. */
  readonly ratiosOf?: readonly string[];
  /** Rounds that come before the others and do not count; default 1. */
  readonly warmUp?: number;
  /** Instead of the benchmark's own number of rounds, which `--rounds` replaces in any case. */
  readonly rounds?: number;
}

export interface Variant {
  readonly name: string;
  /**
   * Does the work once.
   * @param round from 0; negative while warming up
   * @throws where the results are wrong: figures of a program that computes something else are none
   */
  run(round: number): Figures | Promise<Figures>;
}

/** What one run reached; the names say the unit: `records/s`, `µs/message`, `MB`. Each run has the same names. */
export type Figures = Readonly<Record<string, number>>;

/** What all rounds together say. */
export interface Summary {
  readonly name: string;
  readonly baseline?: string;
  readonly rounds: number;
  readonly variants: readonly VariantSummary[];
}

export interface VariantSummary {
  readonly name: string;
  readonly figures: Readonly<Record<string, FigureSummary>>;
}

export interface FigureSummary extends Spread {
  /** This variant's figure divided by the baseline's: the median of the rounds' ratios. Absent at the baseline. */
  readonly ratio?: number;
  /** One value a round. */
  readonly values: readonly number[];
}

const WARM_UP = 1;

/** The variants of one round: every other round the other way round, so that none always comes after the same one. */
export function orderOf(variants: readonly Variant[], round: number): readonly Variant[] {
  return round % 2 === 0 ? variants : [...variants].reverse();
}

/**
 * Runs all variants in turn, round after round.
 * @param rounds how many rounds count
 * @param told is called after each run
 */
export async function runRounds(
  comparison: Comparison,
  rounds: number,
  told: (round: number, variant: string, figures: Figures) => void = () => {},
): Promise<Summary> {
  const { variants, baseline } = comparison;
  const names = variants.map(({ name }) => name);
  if (baseline !== undefined && !names.includes(baseline)) {
    throw new Error(`The baseline of ${comparison.name} is ${baseline}, which is none of its variants: ${names.join(', ')}.`);
  }
  if (new Set(names).size < names.length) throw new Error(`Two variants of ${comparison.name} have the same name: ${names.join(', ')}.`);
  const runs = new Map(names.map((name): [string, Figures[]] => [name, []]));
  for (let round = -(comparison.warmUp ?? WARM_UP); round < rounds; round++) {
    for (const variant of orderOf(variants, round)) {
      globalThis.gc?.();
      const figures = await variant.run(round);
      told(round, variant.name, figures);
      if (round >= 0) runs.get(variant.name)?.push(figures);
    }
  }
  return summaryOf(comparison, runs);
}

/** @param runs one entry a round for each variant */
export function summaryOf(comparison: Comparison, runs: ReadonlyMap<string, readonly Figures[]>): Summary {
  const { name, baseline, ratiosOf } = comparison;
  const valuesOf = (variant: string, figure: string): number[] => (runs.get(variant) ?? []).map((figures) => figures[figure] ?? NaN);
  const variants = [...runs].map(([variant, figures]): VariantSummary => {
    const summaries = Object.keys(figures[0] ?? {}).map((figure): [string, FigureSummary] => {
      const values = valuesOf(variant, figure);
      const hasRatio = baseline !== undefined && baseline !== variant && (ratiosOf?.includes(figure) ?? true);
      return [figure, { ...spreadOf(values), ...(hasRatio ? { ratio: medianRatio(values, valuesOf(baseline, figure)) } : {}), values }];
    });
    return { name: variant, figures: Object.fromEntries(summaries) };
  });
  const rounds = Math.max(0, ...[...runs.values()].map(({ length }) => length));
  return { name, ...(baseline === undefined ? {} : { baseline }), rounds, variants };
}

/** A figure of one variant in all rounds. */
export function valuesOf(summary: Summary, variant: string, figure: string): readonly number[] {
  return summary.variants.find(({ name }) => name === variant)?.figures[figure]?.values ?? [];
}
