/** Whether the runtime takes this as the name of a savepoint. */
export function isSavepointName(name: string): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(name);
}

/** The name that a savepoint gets unless somebody gives it another: date and time where the person is. @param time ms since the epoch */
export function savepointNameAt(time: number): string {
  const date = new Date(time);
  const two = (part: number): string => String(part).padStart(2, '0');
  const day = [String(date.getFullYear()), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day}_${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join('-')}`;
}

/** When something was, where the person is, with its day: 2026-11-22 14:03:07. @param time ms since the epoch */
export function dayAndTime(time: number): string {
  const [day = '', clock = ''] = savepointNameAt(time).split('_');
  return `${day} ${clock.replaceAll('-', ':')}`;
}
