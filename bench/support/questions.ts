import type { ChildProcess } from '../../test/support/ChildProcess';

/** Questions to a process that a benchmark has started, over its channel: one at a time, each with one answer. */

interface Answer {
  readonly answer?: unknown;
  readonly error?: string;
}

/** In the process that is asked: answers every question with what `answer` resolves with. */
export function serve(answer: (question: unknown) => unknown): void {
  // Nothing is left running when the process that asks is gone.
  process.once('disconnect', () => process.exit(0));
  process.on('message', (question) => {
    void Promise.resolve()
      .then(() => answer(question))
      .then(
        (found): Answer => ({ answer: found }),
        (error: unknown): Answer => ({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
      )
      .then((said) => process.send?.(said));
  });
}

/** In the process that asks. @throws what the other one throws, or when it ends before it answers */
export async function ask<T>(asked: ChildProcess, question: object): Promise<T> {
  const { answer, error } = (await asked.ask(question)) as Answer;
  if (error !== undefined) throw new Error(error);
  return answer as T;
}
