import type { Plan } from '../plan/Plan';
import type { Problem } from '../plan/Problem';

/** What the nodes of a graph are called: what the user typed, else their type and id. For those that are gone, what they were called. */
export class GraphNames {
  readonly #nameOf: (id: string) => string | undefined;
  readonly #names = new Map<string, string>();

  /** @param nameOf what the user typed, where there is such a node */
  constructor(nameOf: (id: string) => string | undefined) {
    this.#nameOf = nameOf;
  }

  /** The nodes of a plan from now on. */
  learn(plan: Plan): void {
    for (const { id, type } of plan.operators) {
      const name = this.#nameOf(id);
      this.#names.set(id, name === undefined || name === '' ? `${type} ${id}` : name);
    }
  }

  forget(ids: Iterable<string>): void {
    for (const id of ids) this.#names.delete(id);
  }

  of(id: string): string {
    return this.#names.get(id) ?? id;
  }

  /** A text of the engine, which knows ids only: those that stand in it in quotes become names. */
  in(text: string): string {
    return text.replace(/"([^"\\]{1,200})"/g, (quoted, id: string) => this.#names.get(id) ?? quoted);
  }

  /** The same of a problem. */
  inProblem(problem: Problem): Problem {
    return { ...problem, what: this.in(problem.what), why: this.in(problem.why), fix: this.in(problem.fix) };
  }
}
