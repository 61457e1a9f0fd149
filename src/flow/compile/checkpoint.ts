import type { CheckpointOperator, LogSync } from '../../plan/Plan';
import { ABOVE_0, type PropertyReader, WHOLE_FROM_1 } from './PropertyReader';

const MEBIBYTE = 1_048_576;
const DAY = 86_400_000;

/** Where graphs keep what they must not lose, in the directory of Node-RED's own files. */
export const DEFAULT_FOLDER = 'dstream';

/** What a checkpoint node says. Folders are completed later, when the directory of Node-RED's files is known. */
export function checkpointParameters(reader: PropertyReader): CheckpointOperator['parameters'] {
  const kind = reader.choice('sync', ['group', 'each', 'timer']);
  const path = reader.text('path').trim();
  return {
    path: path === '' ? DEFAULT_FOLDER : path,
    interval: reader.duration('interval', 10),
    sync: kind === 'timer' ? { kind, interval: reader.duration('syncInterval', 1) } : { kind },
    logLimit: reader.number('logLimit', 1024, WHOLE_MEBIBYTES) * MEBIBYTE,
    retention: Math.round(reader.number('retention', 7, DAYS) * DAY),
  };
}

/** As many as can be counted in bytes. */
const WHOLE_MEBIBYTES = {
  expected: WHOLE_FROM_1.expected,
  accepts: (value: number): boolean => WHOLE_FROM_1.accepts(value) && Number.isSafeInteger(value * MEBIBYTE),
};

/** As few and as many as can be counted in whole ms. */
const DAYS = {
  expected: ABOVE_0.expected,
  accepts: (value: number): boolean =>
    ABOVE_0.accepts(value) && Math.round(value * DAY) >= 1 && Number.isSafeInteger(Math.round(value * DAY)),
};

/** What is to be said of a log that is not on the disk when a record is acknowledged, or undefined where it is. */
export function acknowledgedEarly(sync: LogSync): string | undefined {
  if (sync.kind !== 'timer') return undefined;
  return (
    `Records are acknowledged up to ${String(sync.interval)} ms before they are safe on the disk. ` +
    'A crash of Node-RED loses none of them, but a power cut can. Choose "in groups" to lose none then either.'
  );
}
