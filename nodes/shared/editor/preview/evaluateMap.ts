import { compilePreviewCode } from './compilePreviewCode';
import { delivered, deliveredOfBatch } from './delivered';
import { failureOf } from './failures';
import type { PreviewAnswer, PreviewRecord, PreviewTask, PreviewWork, RecordOutcome, ShownRecord } from './messages';
import type { PreviewContext } from './PreviewContext';
import { showKey, showValue } from './showValue';

/** The most records of one call that are shown. */
const MOST_RESULTS = 50;

/** What the code of a map makes of each record, told as soon as it is known. */
export async function evaluateMap(
  { mode, code }: PreviewWork & { kind: 'map' },
  { records, batchTime, interpreter }: PreviewTask,
  ctx: PreviewContext,
  tell: (answer: PreviewAnswer) => void,
): Promise<void> {
  const compiled = compilePreviewCode(code, mode === 'batch', interpreter);
  if (compiled.jsonata !== undefined) tell({ kind: 'jsonata', ...compiled.jsonata });
  if (mode === 'batch') {
    ctx.begin(records.length - 1);
    const outcome = await outcomeOf(async () => deliveredOfBatch(await compiled.call(records, ctx), batchTime, compiled.givesPayloads));
    tell({ kind: 'batch', outcome });
    return;
  }
  // The newest first, as on the screen.
  for (const [index, record] of [...records.entries()].reverse()) {
    ctx.begin(index);
    const outcome = await outcomeOf(async () => {
      const given = compiled.call(record, ctx);
      return delivered(mode, compiled.jsonata?.compiled === false ? await given : given, record, compiled.givesPayloads);
    });
    tell({ kind: 'record', index, outcome });
  }
}

async function outcomeOf(evaluate: () => Promise<readonly PreviewRecord[]>): Promise<RecordOutcome> {
  try {
    return { records: shown(await evaluate()) };
  } catch (thrown) {
    return { failure: failureOf(thrown) };
  }
}

function shown(records: readonly PreviewRecord[]): readonly ShownRecord[] {
  return records.slice(0, MOST_RESULTS).map(({ payload, topic, key }) => (
    { payload: showValue(payload), topic: topic.slice(0, 200), key: showKey(key) }
  ));
}
