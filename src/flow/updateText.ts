import type { UpdateReport } from '../engine/Engine';

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
