import type { Problem } from '../plan/Problem';
import type { Hint } from './compile';
import { problemText } from './problems';
import { statusText } from './statusText';
import type { StreamNode } from './StreamNode';

/** Shows what is wrong with drawings: a red status as long as it is wrong, and one line in the log when it becomes so. */
export class ProblemBoard {
  readonly #node: (id: string) => StreamNode | undefined;
  #shown: readonly Problem[] = [];
  #said = new Set<string>();

  constructor(node: (id: string) => StreamNode | undefined) {
    this.#node = node;
  }

  /** What is wrong now. */
  get problems(): readonly Problem[] {
    return this.#shown;
  }

  /**
   * @param problems everything that keeps a graph from running, after a deploy
   * @param remarks what works, but is worth a line in the log
   */
  show(problems: readonly Problem[], remarks: readonly Hint[]): void {
    const marked = new Set(problems.map(({ nodeId }) => nodeId));
    for (const { nodeId } of this.#shown) if (!marked.has(nodeId)) this.#node(nodeId)?.status({});
    this.#shown = problems;
    for (const nodeId of marked) {
      const first = problems.find((problem) => problem.nodeId === nodeId);
      const text = first?.what ?? '';
      this.#node(nodeId)?.status({
        fill: 'red',
        shape: 'ring',
        text: statusText(text),
      });
    }
    const before = this.#said;
    this.#said = new Set();
    for (const problem of problems) this.#say(before, problem.nodeId, problemText(problem), 'error');
    for (const { nodeId, text, level } of remarks) this.#say(before, nodeId, text, level ?? 'log');
  }

  #say(before: ReadonlySet<string>, nodeId: string, text: string, level: 'error' | 'warn' | 'log'): void {
    const key = `${nodeId} ${text}`;
    if (!before.has(key) && !this.#said.has(key)) this.#node(nodeId)?.[level](text);
    this.#said.add(key);
  }
}
