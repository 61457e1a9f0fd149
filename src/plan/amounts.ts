/** Amounts as a person reads them: in statuses and dialogs. The editor and the runtime have no other room in common. */

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** A number of bytes in at most four digits, in units of 1,000: 999 B, 1.2 MB, 340 kB. */
export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // What would be rounded to 1,000 is one of the next unit.
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit > 0 && value < 9.95 ? value.toFixed(1) : String(Math.round(value));
  return `${digits} ${UNITS[unit] ?? 'TB'}`;
}

/** A time that has passed, in whole units: 8 s, 5 min, 3 h, 2 d. @param age ms; the clock may have been put back */
export function ageText(age: number): string {
  const seconds = Math.max(0, Math.floor(age / 1000));
  if (seconds < 60) return `${String(seconds)} s`;
  if (seconds < 3600) return `${String(Math.floor(seconds / 60))} min`;
  if (seconds < 86_400) return `${String(Math.floor(seconds / 3600))} h`;
  return `${String(Math.floor(seconds / 86_400))} d`;
}
