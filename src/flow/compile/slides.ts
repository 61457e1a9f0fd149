import type { Operator } from '../../plan/Plan';
import type { Problem } from '../../plan/Problem';
import { problems } from '../problems';

/**
 * Checks that the operators can work in step. Each gives records at its slide: a window at its own, everything else at that of
 * its inputs, which is the batch interval where no window stands in front.
 * @param operators each after all its inputs
 * @param batchInterval ms
 */
export function slideProblems(operators: readonly Operator[], batchInterval: number, label: (id: string) => string): Problem[] {
  const slides = new Map<string, number>();
  const found: Problem[] = [];
  for (const { id, type, inputs, parameters } of operators) {
    const [first, ...others] = inputs.map((input) => ({ id: input.id, slide: slides.get(input.id) ?? batchInterval }));
    const before = first?.slide ?? batchInterval;
    const different = others.find(({ slide }) => slide !== before);
    // A sink takes what comes when it comes.
    if (first !== undefined && different !== undefined && type !== 'sink') {
      found.push(problems.slidesDiffer(id, label(first.id), before, label(different.id), different.slide));
    }
    if (type === 'window' && before !== batchInterval) {
      for (const which of ['length', 'slide'] as const) {
        if (parameters[which] % before === 0) continue;
        found.push(problems.windowBehindWindow(id, which, parameters[which], label(first?.id ?? id), before));
        break;
      }
    }
    slides.set(id, type === 'window' ? parameters.slide : before);
  }
  return found;
}
