import type { FigureSummary, Summary } from './bench';
import type { Machine, Results } from './results';

/** Three digits that say something, thousands in groups: `1,230,000`, `0.0456`, `12.3`. */
export function shownNumber(value: number): string {
  if (!Number.isFinite(value)) return '-';
  return new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 3 }).format(value);
}

/** A median with what the rounds have varied between: `12.3 (11.9 to 13.1)`. */
export function shownFigure({ median, min, max }: FigureSummary): string {
  const spread = min === max || Number.isNaN(median) ? '' : ` (${shownNumber(min)} to ${shownNumber(max)})`;
  return `${shownNumber(median)}${spread}`;
}

/** `× 0.65`, `× 12`, `× 0.0009`; nothing where there is none. */
export function shownRatio(ratio: number | undefined): string {
  if (ratio === undefined) return '';
  return `× ${ratio >= 0.1 && ratio < 10 ? ratio.toFixed(2) : shownNumber(ratio)}`;
}

/** One line a variant, with a column for each figure and one for its ratio to the baseline. Markdown that also reads well as it is. */
export function tableOf(summary: Summary): string {
  const names = [...new Set(summary.variants.flatMap(({ figures }) => Object.keys(figures)))];
  const hasRatio = (name: string): boolean => summary.variants.some(({ figures }) => figures[name]?.ratio !== undefined);
  const head = [summary.name, ...names.flatMap((name) => (hasRatio(name) ? [name, 'ratio'] : [name]))];
  const rows = summary.variants.map((variant) => [
    variant.name === summary.baseline ? `${variant.name} (baseline)` : variant.name,
    ...names.flatMap((name) => {
      const figure = variant.figures[name];
      const text = figure === undefined ? '' : shownFigure(figure);
      return hasRatio(name) ? [text, shownRatio(figure?.ratio)] : [text];
    }),
  ]);
  return markdownTable(head, rows);
}

export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(3, title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string => `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/** The newest results of all benchmarks: one line a figure, a column for each Node.js; then where they were measured, and the notes. */
export function resultsTable(all: readonly Results[]): string {
  const versions = [...new Set(all.flatMap(({ runs }) => Object.keys(runs)))].sort();
  const rows = all.flatMap((results) => {
    const lines = new Map<string, string[]>();
    versions.forEach((version, column) => {
      for (const comparison of results.runs[version]?.comparisons ?? []) {
        for (const variant of comparison.variants) {
          for (const [name, figure] of Object.entries(variant.figures)) {
            const title = [results.name, comparison.name, variant.name, name];
            const cells = lines.get(title.join('\n')) ?? [...title, ...versions.map(() => '')];
            cells[title.length + column] = `${shownFigure(figure)} ${shownRatio(figure.ratio)}`.trim();
            lines.set(title.join('\n'), cells);
          }
        }
      }
    });
    return [...lines.values()];
  });
  const machines = new Set(all.flatMap(({ runs }) => Object.values(runs).map(({ machine }) => shownMachine(machine))));
  const notes = all.flatMap(({ name, runs }) =>
    Object.entries(runs).flatMap(([version, run]) => run.notes.map((note) => `- ${name}, Node.js ${version}: ${note}`)),
  );
  const table = markdownTable(['bench', 'work', 'variant', 'figure', ...versions.map((version) => `Node.js ${version}`)], rows);
  return [...machines, '', table, '', ...notes].join('\n');
}

export function shownMachine({ cpu, cores, memory, platform, node, commit }: Machine): string {
  return `${cpu}, ${cores} cores, ${memory} GB, ${platform}, Node.js ${node}, commit ${commit}`;
}
