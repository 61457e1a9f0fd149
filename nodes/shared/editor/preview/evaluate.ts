import { NEEDS_INTERPRETER } from './compilePreviewCode';
import { evaluateMap } from './evaluateMap';
import { evaluateReduce, OutputProblem } from './evaluateReduce';
import { failureOf } from './failures';
import type { PreviewAnswer, PreviewTask } from './messages';
import { PreviewContext } from './PreviewContext';

/** Does a task: tells what becomes of each record as soon as it is known, and at last that it is done. */
export async function evaluate(task: PreviewTask, tell: (answer: PreviewAnswer) => void): Promise<void> {
  const ctx = new PreviewContext(task.batchTime);
  const { work } = task;
  try {
    await (work.kind === 'map' ? evaluateMap(work, task, ctx, tell) : evaluateReduce(work, task, ctx, tell));
    tell({ kind: 'done', lines: ctx.lines, variables: [...ctx.variables] });
  } catch (problem) {
    const [thrown, output] = problem instanceof OutputProblem ? [problem.thrown, problem.output] : [problem, undefined];
    if (thrown === NEEDS_INTERPRETER) tell({ kind: 'needs-interpreter' });
    else tell({ kind: 'problem', failure: failureOf(thrown), ...(output === undefined ? {} : { output }) });
  }
}
