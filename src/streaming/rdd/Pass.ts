import { compilePass, type PassFunction } from './compilePass';
import type { Step } from './Step';
import type { Emit } from './stepKinds';

/** A step among others, whose records fit to those of its neighbours. */
export type AnyStep = Step<never, unknown>;

/** Longer passes remain closures: V8 would not make one piece of machine code of them anyway. */
const LONGEST_COMPILED = 50;

/** How many records a pass has seen when it becomes worth a function of its own: making one costs about as much as they did. */
const WORTH_COMPILING = 10_000;

/**
 * Steps that records go through one after the other, without arrays in between.
 *
 * At first as closures, each with the next one behind it. All passes of a program share the code of those closures, so V8
 * cannot know what they call: there is a call for every step and for every function of the user, and the pair that one step makes
 * for the next one is an object. A pass that is run again and again therefore gets a function of its own (see compilePass), which
 * V8 optimises as it does a loop written by hand: about twice as fast.
 */
export class Pass {
  readonly #steps: readonly AnyStep[];
  #seen = 0;
  /** Null where there can be none. */
  #compiled: PassFunction | null | undefined;

  private constructor(steps: readonly AnyStep[]) {
    this.#steps = steps;
  }

  /**
   * The pass with these steps: one and the same for the same steps.
   * @param steps the last one first
   */
  static of(steps: readonly AnyStep[]): Pass {
    if (steps.length > LONGEST_COMPILED) return new Pass(steps);
    let place = KNOWN;
    for (const { kind, f, g } of steps) place = onward(onward(onward(place, kind), f), g);
    place.pass ??= new Pass(steps);
    return place.pass;
  }

  /** Sends records through the steps, one record after the other. @param givens for each step what it is given */
  run(records: readonly unknown[], givens: readonly unknown[]): void {
    if (this.#compiled === undefined && this.#seen >= WORTH_COMPILING) this.#compiled = this.#compile();
    if (typeof this.#compiled === 'function') {
      this.#compiled(records, givens);
      return;
    }
    this.#seen += records.length;
    const first = connected(this.#steps, givens);
    for (const record of records) first(record);
  }

  #compile(): PassFunction | null {
    return this.#steps.length > LONGEST_COMPILED ? null : compilePass(this.#steps);
  }
}

/** A place in the tree of known passes: a way leads on from it for each kind of step and each function, as long as that is in use. */
interface Place {
  readonly ways: WeakMap<object, Place>;
  pass?: Pass;
}

const KNOWN: Place = { ways: new WeakMap() };

function onward(place: Place, way: object): Place {
  let found = place.ways.get(way);
  if (found === undefined) place.ways.set(way, found = { ways: new WeakMap() });
  return found;
}

/** The steps as closures, each with the next one behind it. @param steps the last one first */
export function connected(steps: readonly AnyStep[], givens: readonly unknown[]): Emit<unknown> {
  return steps.reduce<Emit<unknown>>((next, { kind, f, g }, index) => kind.closure(givens[index], next, f, g), nothingBehind);
}

function nothingBehind(): void {
  // Comes after the last step, which passes nothing on.
}
