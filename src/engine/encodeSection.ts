import { encode, EncodingError } from '../durability';
import { EngineProblem } from './EngineProblem';
import type { StateSection } from './StoredState';

/** So much of a key is shown, characters. */
const SHOWN_KEY = 100;

/**
 * A part of a state as bytes.
 * @param operator whose state it is
 * @throws EngineProblem for what cannot be kept; it names the key that has it
 */
export function encodeSection(operator: string, section: StateSection): Buffer {
  const data = section.data();
  try {
    return encode(data);
  } catch (thrown) {
    if (!(thrown instanceof EncodingError)) throw thrown;
    const found = findUnstorable(data);
    const ofKey = found === undefined ? '' : ` for the key ${textOf(found.key)}`;
    throw new EngineProblem({
      nodeId: operator,
      code: 'state-unstorable',
      what: `A checkpoint cannot hold what is kept${ofKey}: ${(found?.error ?? thrown).message}`,
      why: 'State that survives a restart is stored as plain data; functions and instances of classes cannot be made from it again.',
      fix: 'Give and return plain data only, for example those properties of an instance that matter; or remove the checkpoint node.',
    });
  }
}

/** Looks for the row that cannot be encoded: sections of rows have `keys`, and beside them lists with something for each key. */
function findUnstorable(data: unknown): { readonly key: unknown; readonly error: EncodingError } | undefined {
  const { keys, columns, ...rest } = (data ?? {}) as { readonly keys?: unknown; readonly columns?: unknown };
  if (!Array.isArray(keys)) return undefined;
  const lists = [...Object.values(rest), ...(Array.isArray(columns) ? (columns as readonly unknown[]) : [])];
  const beside = lists.filter((list): list is readonly unknown[] => Array.isArray(list) && list.length === keys.length);
  for (let row = 0; row < keys.length; row++) {
    for (const list of beside) {
      try {
        encode(list[row]);
      } catch (thrown) {
        if (thrown instanceof EncodingError) return { key: keys[row] as unknown, error: thrown };
      }
    }
  }
  return undefined;
}

function textOf(key: unknown): string {
  const text = JSON.stringify(key);
  return text.length > SHOWN_KEY ? `${text.slice(0, SHOWN_KEY)}…` : text;
}
