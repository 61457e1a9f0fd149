import { PURE_FUNCTIONS, PURE_NAMESPACES, RESERVED } from './knownNames';
import { notProven } from './notProven';
import { type Kind, type Operand, PROPERTY_OF_OWN } from './Operand';

interface Variable {
  readonly kind: Kind;
  readonly constant: boolean;
}

/** The variables of a program, and what is known of their values. */
export class Variables {
  /** The innermost scope last. */
  readonly #scopes: Map<string, Variable>[] = [new Map<string, Variable>()];
  readonly #notNumbers: Set<string>;

  /**
   * @param parameters variables that are there from the beginning, and never written
   * @param notNumbers variables that begin as a number and are something else later; those that are found are added
   */
  constructor(parameters: readonly string[], notNumbers: Set<string>) {
    for (const name of parameters) this.#scopes[0]?.set(name, { kind: 'readOnly', constant: true });
    this.#notNumbers = notNumbers;
  }

  find(name: string): Variable | undefined {
    for (let index = this.#scopes.length - 1; index >= 0; index--) {
      const found = this.#scopes[index]?.get(name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  declare(name: string, kind: Kind, constant: boolean): void {
    const taken = RESERVED.has(name) || PURE_FUNCTIONS.has(name) || Object.hasOwn(PURE_NAMESPACES, name);
    // One meaning a name, in all scopes: nothing to prove about shadowing and hoisting.
    if (taken || this.find(name) !== undefined) notProven();
    this.#scopes.at(-1)?.set(name, { kind: kind === 'number' && this.#notNumbers.has(name) ? 'readOnly' : kind, constant });
  }

  /** @param kind what is known of the value that is assigned */
  assign(left: Operand, kind: Kind): void {
    if (left.target === undefined) notProven();
    if (left.target === PROPERTY_OF_OWN) return;
    const variable = this.find(left.target);
    if (variable === undefined || variable.constant) notProven();
    if (variable.kind === 'readOnly' || variable.kind === kind) return;
    if (variable.kind === 'number') this.#notNumbers.add(left.target);
    notProven();
  }

  /** What is declared while it runs is known only there. */
  within(run: () => void): void {
    this.#scopes.push(new Map());
    run();
    this.#scopes.pop();
  }
}
