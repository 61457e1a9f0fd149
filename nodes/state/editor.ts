import { current, dialogClosed, dialogOpened, whenChanged } from '../shared/editor/dialog';
import { isDuration } from '../shared/editor/durations';
import { isProperty } from '../shared/editor/keys';
import { nameOr } from '../shared/editor/label';
import { remainingHeight } from '../shared/editor/layout';
import { isEmpty, isWholeNumber, readNumber } from '../shared/editor/numbers';
import type { CodeEditor } from '../shared/editor/red';
import { expose } from '../shared/editor/registry';
import { hasReturn } from '../shared/editor/starters';
import { isStarterOfOtherMode, STATE_STARTERS, stateStarter, type StateStarterName, withStarter } from '../shared/editor/stateStarters';
import { translator } from '../shared/editor/translate';
import { isKnownVersion, migrateNodes } from '../shared/editor/versions';

interface StateNode {
  readonly id: string;
  readonly name?: string;
  readonly mode?: string;
}

/** The part of Monaco that Node-RED's editor loads as a global. */
interface EditorGlobals {
  readonly monaco?: {
    readonly languages: {
      readonly typescript: {
        readonly javascriptDefaults: { addExtraLib(source: string, path: string): { dispose(): void } };
      };
    };
  };
}

const RECORD = `{
  payload: any;
  topic: string;
  key: string | number | boolean | null;
  /** When the record arrived: ms since 1970-01-01 UTC. */
  time: number;
}`;

/** What every function can use, for completion and for underlining slips in Monaco. */
const SCOPE = `
/** The key that the state belongs to. */
declare const key: string | number | boolean | null;
declare const ctx: {
  /** The end of the batch: ms since 1970-01-01 UTC. */
  readonly batchTime: number;
  /** The value of an environment variable. */
  env(name: string): any;
  /** Writes to Node-RED's log. */
  log(...values: any[]): void;
  warn(...values: any[]): void;
  /** A number from 0 up to 1; the same again when the batch is run again. */
  random(): number;
};
`;

const SCOPES: Readonly<Record<string, string>> = {
  update: `${SCOPE}
/** The key's records in this batch, in order. */
declare const records: ${RECORD}[];
/** Their payloads. */
declare const values: any[];
/** The state of the key until now; undefined for a new key. */
declare let state: any;
`,
  record: `${SCOPE}
/** The record; undefined when the key is timing out. */
declare const msg: ${RECORD};
declare const state: {
  /** Whether the key has state. */
  exists(): boolean;
  /** The state; an error where there is none. */
  get(): any;
  /** The state, or undefined. */
  getOption(): any;
  update(value: any): void;
  remove(): void;
  /** Whether this is the last call for the key, because no record came in time. */
  isTimingOut(): boolean;
};
`,
};

const text = translator('state');
const globals = globalThis as EditorGlobals;

let editor: CodeEditor | undefined;
let scope: { dispose(): void } | undefined;

function label(node: StateNode): string {
  return nameOr(node, text('label.state'));
}

function validateVersion(_node: StateNode, value: unknown): true | string {
  return isKnownVersion('state', value) ? true : text('error.version');
}

function validateKey(node: StateNode, value: unknown): true | string {
  const keyType = current(node, 'keyType');
  if (keyType === 'msg' && !isProperty(value)) {
    return text('error.property');
  }
  return keyType === 'jsonata' && String(value).trim() === '' ? text('error.expression') : true;
}

function validateFunc(node: StateNode, value: unknown): true | string {
  const code = typeof value === 'string' ? value : '';
  if (code.trim() === '') {
    return text('error.empty');
  }
  const mayReturnNothing = current(node, 'mode') === 'record' && current(node, 'emit') === 'all';
  return mayReturnNothing || hasReturn(code) ? true : text('error.return');
}

/** Empty or 0 is never. */
function validateTimeout(node: StateNode, value: unknown): true | string {
  if (isEmpty(value) || readNumber(value) === 0) {
    return true;
  }
  return isDuration(value, current(node, 'timeoutUnits')) ? true : text('error.timeout');
}

function validateKeyLimit(_node: StateNode, value: unknown): true | string {
  return isWholeNumber(value, 1) ? true : text('error.keyLimit');
}

function fieldText(property: string): string {
  const value = $(`#node-input-${property}`).val();
  return typeof value === 'string' ? value : '';
}

/** Ace's plain JavaScript mode calls `return` an error, Monaco's function-node mode knows names that do not exist here. */
function editorMode(): string {
  return RED.editor.codeEditor?.editor === 'ace' ? 'ace/mode/nrjavascript' : 'ace/mode/javascript';
}

function prepare(node: StateNode): void {
  dialogOpened(node);
  $('#node-input-key').typedInput({
    default: 'key',
    typeField: $('#node-input-keyType'),
    types: [{ value: 'key', label: text('label.ownKey'), hasValue: false }, 'msg', 'jsonata'],
  });
  const stateId = `${node.id}/func`;
  const created = RED.editor.createEditor({
    id: 'node-input-func-editor',
    mode: editorMode(),
    value: fieldText('func'),
    stateId,
    focus: true,
    globals: { msg: true, records: true, values: true, state: true, key: true, ctx: true },
  });
  editor = created;
  const starters = $('#dstream-state-starter');
  whenChanged('#node-input-mode, #node-input-emit', () => {
    const mode = fieldText('mode');
    showScope(mode);
    showStarters(starters, mode);
    if (isStarterOfOtherMode(created.getValue(), mode)) {
      created.setValue(stateStarter(mode), -1);
    }
    $('.dstream-state-tip').text(tip(mode, fieldText('emit')));
  });
  starters.on('change', () => {
    const chosen = STATE_STARTERS.find((starter) => starter.name === starters.val());
    if (chosen !== undefined) {
      created.setValue(withStarter(created.getValue(), chosen), -1);
      created.focus();
    }
    starters.val('');
  });
  prepareExpand(created, stateId);
}

function prepareExpand(created: CodeEditor, stateId: string): void {
  const expand = $('#dstream-state-expand');
  RED.popover.tooltip(expand, text('label.expand'));
  expand.on('click', (event) => {
    event.preventDefault();
    RED.editor.editJavaScript({
      value: created.getValue(),
      stateId,
      focus: true,
      width: 'Infinity',
      mode: editorMode(),
      complete: (value: string) => {
        created.setValue(value, -1);
        created.focus();
      },
      cancel: () => created.focus(),
    });
  });
}

function showScope(mode: string): void {
  scope?.dispose();
  const { javascriptDefaults } = globals.monaco?.languages.typescript ?? {};
  scope = javascriptDefaults?.addExtraLib(SCOPES[mode] ?? SCOPE, 'file://types/dstream/state.d.ts');
}

/** Offers the functions that fit the mode. */
function showStarters(starters: JQuery, mode: string): void {
  starters.empty();
  $('<option>').val('').text(text('label.starters')).appendTo(starters);
  for (const starter of STATE_STARTERS.filter((candidate) => candidate.mode === mode)) {
    $('<option>').val(starter.name).text(starterText(starter.name)).appendTo(starters);
  }
}

function starterText(name: StateStarterName): string {
  switch (name) {
    case 'count':
      return text('starter.count');
    case 'total':
      return text('starter.total');
    case 'since':
      return text('starter.since');
    case 'running':
      return text('starter.running');
    case 'changes':
      return text('starter.changes');
    case 'session':
      return text('starter.session');
  }
}

function tip(mode: string, emit: string): string {
  if (mode !== 'record') {
    return text('tip.update');
  }
  return emit === 'all' ? text('tip.recordAll') : text('tip.record');
}

function save(): void {
  if (editor !== undefined) {
    $('#node-input-func').val(editor.getValue());
  }
  close();
}

function close(): void {
  editor?.destroy();
  editor = undefined;
  scope?.dispose();
  scope = undefined;
  dialogClosed();
}

/** Gives the code all the height that the other rows leave. */
function resize(_node: StateNode, size: { readonly height: number }): void {
  const height = remainingHeight('node-text-editor-row', size.height);
  $('#node-input-func-editor').css('height', `${Math.max(150, height)}px`);
  editor?.resize();
}

migrateNodes('state');

expose('state', { label, prepare, save, cancel: close, resize, validateVersion, validateKey, validateFunc, validateTimeout, validateKeyLimit });
