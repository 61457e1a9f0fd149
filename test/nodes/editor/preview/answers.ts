import { runInNewContext } from 'node:vm';
import { evaluate } from '../../../../nodes/shared/editor/preview/evaluate';
import { cutOut } from '../../../../nodes/shared/editor/preview/jsonata';
import type { PreviewAnswer, PreviewCode, PreviewRecord, PreviewTask } from '../../../../nodes/shared/editor/preview/messages';
import { readText } from '../palette';

type JSONata = (source: string) => { ast(): unknown };

export const BATCH_TIME = 1000;

export function record(payload: unknown, topic = 'a/b', key: PreviewRecord['key'] = topic): PreviewRecord {
  return { payload, topic, key, time: 0 };
}

function editorsJSONata(): JSONata {
  const window: { jsonata?: JSONata } = {};
  runInNewContext(interpreter(), { window });
  if (window.jsonata === undefined) throw new Error('The libraries of the editor hold no JSONata.');
  return window.jsonata;
}

let jsonata: JSONata | undefined;

/** An expression as the page hands it over, with the tree that the editor's JSONata makes of it. */
export function expression(source: string): PreviewCode {
  jsonata ??= editorsJSONata();
  return { lang: 'jsonata', source, tree: JSON.parse(JSON.stringify(jsonata(source).ast())) as unknown };
}

export function javascript(source: string): PreviewCode {
  return { lang: 'javascript', source };
}

/** The source of the interpreter, as the page finds it. */
export function interpreter(): string {
  return cutOut(readText('node_modules', '@node-red', 'editor-client', 'public', 'vendor', 'vendor.js'));
}

export type Evaluate = (task: PreviewTask, tell: (answer: PreviewAnswer) => void) => Promise<void>;

/** Does a task to its end. */
export async function answersTo(
  work: PreviewTask['work'],
  records: readonly PreviewRecord[],
  more: Partial<PreviewTask> = {},
  run: Evaluate = evaluate,
): Promise<PreviewAnswer[]> {
  const answers: PreviewAnswer[] = [];
  await run({ work, records, batchTime: BATCH_TIME, ...more }, (answer) => answers.push(answer));
  return answers;
}

/** The answers of one kind. */
export function ofKind<Kind extends PreviewAnswer['kind']>(kind: Kind, answers: readonly PreviewAnswer[]): (PreviewAnswer & { kind: Kind })[] {
  return answers.filter((answer): answer is PreviewAnswer & { kind: Kind } => answer.kind === kind);
}
