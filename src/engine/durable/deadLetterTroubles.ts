import type { DeadLetters } from '../../durability';
import type { DurabilityFigures } from '../Engine';

/** What became of dead letters that are not there any more, or never were; nothing where all of them are. */
export function deadLetterTroubles(
  { removed, refused, problem }: Pick<DeadLetters, 'removed' | 'refused' | 'problem'>,
): Pick<DurabilityFigures, 'deadLettersRemoved' | 'deadLettersRefused' | 'deadLettersProblem'> {
  return {
    ...(removed > 0 ? { deadLettersRemoved: removed } : {}),
    ...(refused > 0 ? { deadLettersRefused: refused } : {}),
    ...(problem === undefined ? {} : { deadLettersProblem: problem }),
  };
}
