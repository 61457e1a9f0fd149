import type { UpdateReport } from '../engine/Engine';
import type { Plan } from '../plan/Plan';
import { hasCheckpoint } from './planParts';

/** The engine's report, with operators that begin again among the restarted ones whatever the engine called them. */
export function completeReport(report: UpdateReport, again: readonly string[]): UpdateReport {
  return {
    kept: report.kept.filter((id) => !again.includes(id)),
    restarted: [...new Set([...report.restarted, ...again])],
    dropped: report.dropped,
  };
}

/** What a deploy did to a running graph, in one line: `kept 5 operators; restarted: window w; dropped: map 2`. */
export function updateText(report: UpdateReport, added: readonly string[], label: (id: string) => string): string {
  const { kept, restarted, dropped } = report;
  const list = (what: string, ids: readonly string[]): string[] =>
    ids.length === 0 ? [] : [`${what}: ${ids.map(label).join(', ')}`];
  return [
    `kept ${String(kept.length)} ${kept.length === 1 ? 'operator' : 'operators'}`,
    ...list('restarted', restarted),
    ...list('dropped', dropped),
    ...list('new', added),
  ].join('; ');
}

/**
 * What became of a graph that an engine did not change in time.
 * @param before what ran
 * @param limit ms that it had
 */
export function lateText(before: Plan, limit: number): string {
  const afresh = hasCheckpoint(before)
    ? 'started again from its log; nothing is lost.'
    : 'started afresh and begins without its earlier records.';
  return (
    `The graph did not change its plan within ${String(limit / 1000)} s, so it was ${afresh} ` +
    'A batch that takes that long is the likely cause: make functions cheaper, or send less.'
  );
}
