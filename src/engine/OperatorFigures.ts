import type { SourceStatus } from '../sources/Source';
import type { OperatorProgress } from './Engine';

/** What one operator has done since its query started. Counted per record, so plain fields. */
export class OperatorFigures {
  recordsIn = 0;
  recordsOut = 0;
  failed = 0;
  skipped = 0;
  refused = 0;
  waiting = 0;
  keys = 0;
  rateLimit: number | undefined;
  source: SourceStatus | undefined;

  get progress(): OperatorProgress {
    const { recordsIn, recordsOut, failed, skipped, refused, waiting, keys, rateLimit, source } = this;
    const limit = rateLimit === undefined ? {} : { rateLimit };
    return { recordsIn, recordsOut, failed, skipped, refused, waiting, keys, ...limit, ...(source === undefined ? {} : { source }) };
  }
}
