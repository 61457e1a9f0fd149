const STARTERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  javascript: { map: 'return msg;', flatMap: 'return [msg];', filter: 'return true;', keyBy: 'return msg.key;', batch: 'return msgs;' },
  jsonata: { map: 'payload', flatMap: '[payload]', filter: 'true', keyBy: 'key', batch: '$.payload' },
};

/** The code that leaves every record as it is, in the given language (`javascript`, `jsonata`) and mode (`map`, ...). */
export function starterCode(lang: string, mode: string): string {
  return STARTERS[lang]?.[mode] ?? '';
}

/** Whether the user has not written anything yet, so that switching language or mode may replace the code. */
export function isStarter(code: string): boolean {
  const trimmed = code.trim();
  return trimmed === '' || Object.values(STARTERS).some((modes) => Object.values(modes).includes(trimmed));
}

/** Whether a JavaScript body says `return` anywhere; without it every record would be dropped. */
export function hasReturn(code: string): boolean {
  const withoutComments = code.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`])\/\/[^\n]*/g, '$1');
  return /\breturn\b/.test(withoutComments);
}
