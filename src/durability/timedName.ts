/** A time as the beginning of a file name, such as `2026-11-22T17-19-37-123Z`: readable, and in the order of time. */
export function timedName(time: number, rest: string): string {
  return `${new Date(time).toISOString().replace(/[:.]/g, '-')}-${rest}`;
}

/** @returns undefined for a name that does not begin with a time */
export function readTimedName(name: string): { readonly time: number; readonly rest: string } | undefined {
  const [, day, hour, minute, second, rest] = /^(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d-\d{3})Z-(.+)$/.exec(name) ?? [];
  if (rest === undefined) return undefined;
  const time = Date.parse(`${day ?? ''}T${hour ?? ''}:${minute ?? ''}:${(second ?? '').replace('-', '.')}Z`);
  return Number.isNaN(time) ? undefined : { time, rest };
}
