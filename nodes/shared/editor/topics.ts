/**
 * Whether a text is an MQTT topic filter: not empty, no NUL, `+` only as a whole level, `#` only as the whole last level
 * (MQTT 5.0, section 4.7.1).
 */
export function isTopicFilter(value: unknown): boolean {
  if (typeof value !== 'string' || value === '' || value.includes('\0')) {
    return false;
  }
  const levels = value.split('/');
  return levels.every((level, index) => {
    if (level === '+') {
      return true;
    }
    if (level === '#') {
      return index === levels.length - 1;
    }
    return !level.includes('+') && !level.includes('#');
  });
}
