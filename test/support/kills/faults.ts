import { graphName, type KillResult } from './runKills';

/** Why a run does not show what it must show; empty where it does. */
export function faults({ options, control, graphs }: KillResult): string[] {
  const found: string[] = [];
  const demand = (holds: boolean, what: string): void => {
    if (!holds) found.push(what);
  };
  demand(control.lost > 0, 'The control has lost nothing, so this run could not have seen a loss.');
  demand(control.phantom + control.corrupted === 0, 'The control has records that nobody published: the harness itself is at fault.');
  for (const qos of options.qos) {
    const name = graphName(qos);
    const verdict = graphs.get(name);
    if (verdict === undefined) continue;
    for (const sink of ['records', 'lines'] as const) {
      const { published, found: there, lost, unacknowledgedMissing, duplicated, unexplained, phantom, corrupted, outOfOrder } = verdict[sink];
      demand(published > 0 && there > 0, `${name}, ${sink}: nothing arrived.`);
      demand(lost + unacknowledgedMissing === 0, `${name}, ${sink}: ${String(lost + unacknowledgedMissing)} lost.`);
      demand(phantom + corrupted + outOfOrder === 0, `${name}, ${sink}: ${String(phantom)} phantom, ${String(corrupted)} corrupted, ${String(outOfOrder)} out of order.`);
      // At QoS 1 the broker delivers again what it had not heard of when the process died.
      if (qos === 2) demand(duplicated === 0, `${name}, ${sink}: ${String(duplicated)} duplicated.`);
      else demand(unexplained === 0, `${name}, ${sink}: ${String(unexplained)} duplicated that were not delivered again.`);
    }
    demand(verdict.records.duplicated === verdict.lines.duplicated, `${name}: its two files of records do not agree.`);
    for (const result of ['windows', 'totals'] as const) {
      const { checked, missing, unexpected, wrong, repeated } = verdict[result];
      demand(checked > 0, `${name}, ${result}: none.`);
      demand(
        missing + unexpected + wrong + repeated === 0,
        `${name}, ${result}: ${String(missing)} missing, ${String(unexpected)} unexpected, ${String(wrong)} wrong, ${String(repeated)} repeated.`,
      );
    }
  }
  return found;
}
