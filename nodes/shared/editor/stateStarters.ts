export type StateStarterName = 'count' | 'total' | 'since' | 'running' | 'changes' | 'session';

/** A function for a common use of the state node. */
export interface StateStarter {
  readonly name: StateStarterName;
  readonly mode: 'update' | 'record';
  readonly code: string;
}

/** The first one of each mode is what a new node holds. */
export const STATE_STARTERS: readonly StateStarter[] = [
  { name: 'count', mode: 'update', code: 'return (state ?? 0) + values.length;' },
  {
    name: 'total',
    mode: 'update',
    code: `let total = state ?? 0;
for (const value of values) {
  total += Number(value);
}
return total;`,
  },
  {
    name: 'since',
    mode: 'update',
    code: `// The value, and since when it has been the same.
let now = state;
for (const record of records) {
  if (now === undefined || now.value !== record.payload) {
    now = { value: record.payload, since: record.time };
  }
}
return now;`,
  },
  {
    name: 'running',
    mode: 'record',
    code: `if (state.isTimingOut()) return;
const total = (state.getOption() ?? 0) + Number(msg.payload);
state.update(total);
return { key, value: msg.payload, total };`,
  },
  {
    name: 'changes',
    mode: 'record',
    code: `// A record for each change, with how long the value before it lasted.
if (state.isTimingOut()) return { key, from: state.get().value, silent: true };
const before = state.getOption();
if (before !== undefined && before.value === msg.payload) return;
state.update({ value: msg.payload, since: msg.time });
if (before === undefined) return;
return { key, from: before.value, to: msg.payload, lasted: msg.time - before.since };`,
  },
  {
    name: 'session',
    mode: 'record',
    code: `// One record for each session, when it is over. Set a time-out: the silence that ends a session.
if (state.isTimingOut()) return { key, ...state.get() };
const session = state.getOption() ?? { start: msg.time, records: 0 };
state.update({ start: session.start, end: msg.time, records: session.records + 1 });
return;`,
  },
];

/** What a node of this mode holds at first. */
export function stateStarter(mode: string): string {
  return STATE_STARTERS.find((starter) => starter.mode === mode)?.code ?? '';
}

/** Whether the user has written nothing that fits this mode yet, so that switching to it may replace the code. */
export function isStarterOfOtherMode(code: string, mode: string): boolean {
  const trimmed = code.trim();
  return trimmed === '' || STATE_STARTERS.some((starter) => starter.mode !== mode && starter.code === trimmed);
}

/** Above the code that an example has taken the place of. */
const KEPT = '// The code before:';

/**
 * An example in place of the code in the editor. What the user has written is kept below it, as a comment: the editor cannot
 * undo this. Code that is an example itself gives way, and what was kept below it stays.
 */
export function withStarter(code: string, starter: StateStarter): string {
  const kept = keptCode(code.trim());
  return kept === '' ? starter.code : `${starter.code}\n\n${kept}`;
}

function keptCode(code: string): string {
  if (code === '' || isStarter(code)) return '';
  const from = code.indexOf(KEPT);
  if (from >= 0 && isStarter(code.slice(0, from).trim())) return code.slice(from);
  return [KEPT, ...code.split('\n').map((line) => `// ${line}`.trimEnd())].join('\n');
}

function isStarter(code: string): boolean {
  return STATE_STARTERS.some((starter) => starter.code === code);
}
