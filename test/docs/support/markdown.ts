import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../support/packageRoot';

/** A part of a page: a heading, and what stands below it up to the next one. */
export interface Section {
  readonly heading: string;
  readonly text: string;
}

export function readPage(path: string): string {
  return readFileSync(join(packageRoot, path), 'utf8');
}

/** The parts of a page that begin with `## `. */
export function sectionsOf(page: string): Section[] {
  const [, ...parts] = page.split(/^## /m);
  return parts.map((part) => {
    const [heading = '', ...lines] = part.split('\n');
    return { heading, text: lines.join('\n') };
  });
}

/** The rows of the first table whose head is this one, without the head; cells are trimmed. */
export function tableOf(text: string, head: readonly string[]): string[][] {
  const lines = text.split('\n');
  const first = lines.findIndex((line) => cells(line).join('|') === head.join('|'));
  if (first < 0) return [];
  const rows = lines.slice(first + 2);
  const end = rows.findIndex((line) => !line.startsWith('|'));
  return (end < 0 ? rows : rows.slice(0, end)).map(cells);
}

function cells(line: string): string[] {
  return line.split('|').slice(1, -1).map((cell) => cell.trim());
}

/** What stands in the code blocks of a language. */
export function codeBlocks(text: string, language: string): string[] {
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].filter(([, of]) => of === language).map(([, , code]) => code ?? '');
}

/** `a` for `` `a` ``; other texts as they are. */
export function withoutTicks(text: string): string {
  return /^`(.*)`$/.exec(text)?.[1] ?? text;
}
