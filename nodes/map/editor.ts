import { current, dialogClosed, dialogOpened, whenChanged } from '../shared/editor/dialog';
import { nameOr } from '../shared/editor/label';
import { remainingHeight } from '../shared/editor/layout';
import type { CodeEditor } from '../shared/editor/red';
import { expose } from '../shared/editor/registry';
import { hasReturn, isStarter, starterCode } from '../shared/editor/starters';
import { translator } from '../shared/editor/translate';

interface MapNode {
  readonly id: string;
  readonly name?: string;
  readonly mode?: string;
}

/** The parts of Monaco and of JSONata that Node-RED's editor loads as globals. */
interface EditorGlobals {
  readonly monaco?: {
    readonly editor: { setModelLanguage(model: unknown, language: string): void };
    readonly languages: {
      readonly typescript: {
        readonly javascriptDefaults: { addExtraLib(source: string, path: string): { dispose(): void } };
      };
    };
  };
  readonly jsonata?: (source: string) => unknown;
}

/** What a JavaScript body can use, for completion and for underlining slips in Monaco. */
const SCOPE = `
interface StreamRecord {
  payload: any;
  topic: string;
  key: string | number | boolean | null;
  /** When the record arrived: ms since 1970-01-01 UTC. */
  time: number;
}
/** The record. Not there with "batch". */
declare const msg: StreamRecord;
/** All records of the batch. Only there with "batch". */
declare const msgs: StreamRecord[];
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

const text = translator('map');
const globals = globalThis as EditorGlobals;

let editor: CodeEditor | undefined;
let scope: { dispose(): void } | undefined;

function label(node: MapNode): string {
  return nameOr(node, node.mode ?? text('label.map'));
}

function validateFunc(node: MapNode, value: unknown): true | string {
  const code = typeof value === 'string' ? value : '';
  if (code.trim() === '') {
    return text('error.empty');
  }
  if (current(node, 'lang') !== 'jsonata') {
    return hasReturn(code) ? true : text('error.return');
  }
  try {
    globals.jsonata?.(code);
    return true;
  } catch (error) {
    const position: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'position') : undefined;
    return typeof position === 'number' ? text('error.jsonataAt', { position }) : text('error.jsonata');
  }
}

/** Ace's plain JavaScript mode calls `return` an error, Monaco's function-node mode knows names that do not exist here. */
function editorMode(lang: unknown): string {
  if (lang === 'jsonata') {
    return 'ace/mode/jsonata';
  }
  return RED.editor.codeEditor?.editor === 'ace' ? 'ace/mode/nrjavascript' : 'ace/mode/javascript';
}

/** Node-RED's own `setMode` would replace Monaco's model while Monaco still works on the old one, which throws. */
function switchLanguage(codeEditor: CodeEditor, lang: string): void {
  if (codeEditor.type === 'monaco' && globals.monaco !== undefined && codeEditor.getModel !== undefined) {
    globals.monaco.editor.setModelLanguage(codeEditor.getModel(), lang === 'jsonata' ? 'jsonata' : 'javascript');
  } else {
    codeEditor.getSession().setMode(editorMode(lang));
  }
}

function prepare(node: MapNode): void {
  dialogOpened(node);
  scope = globals.monaco?.languages.typescript.javascriptDefaults.addExtraLib(SCOPE, 'file://types/dstream/map.d.ts');
  const stateId = `${node.id}/func`;
  const created = RED.editor.createEditor({
    id: 'node-input-func-editor',
    mode: editorMode(fieldText('lang')),
    value: fieldText('func'),
    stateId,
    focus: true,
    globals: { msg: true, msgs: true, ctx: true },
  });
  editor = created;
  let lang = fieldText('lang');

  whenChanged('#node-input-lang, #node-input-mode', () => {
    const mode = fieldText('mode');
    const newLang = fieldText('lang');
    if (newLang !== lang) {
      lang = newLang;
      switchLanguage(created, lang);
    }
    if (isStarter(created.getValue()) && created.getValue().trim() !== starterCode(lang, mode)) {
      created.setValue(starterCode(lang, mode), -1);
    }
    $('.dstream-map-tip').text(tip(lang, mode));
  });

  const expand = $('#dstream-map-expand');
  RED.popover.tooltip(expand, text('label.expand'));
  expand.on('click', (event) => {
    event.preventDefault();
    const options = {
      value: created.getValue(),
      stateId,
      focus: true,
      width: 'Infinity',
      complete: (value: string) => {
        created.setValue(value, -1);
        created.focus();
      },
      cancel: () => created.focus(),
    };
    if (lang === 'jsonata') {
      RED.editor.editExpression(options);
    } else {
      RED.editor.editJavaScript({ ...options, mode: editorMode(lang) });
    }
  });
}

function fieldText(property: string): string {
  const value = $(`#node-input-${property}`).val();
  return typeof value === 'string' ? value : '';
}

function tip(lang: string, mode: string): string {
  const javascript = lang !== 'jsonata';
  if (mode === 'filter') {
    return javascript ? text('tip.filterJavascript') : text('tip.filterJsonata');
  }
  if (mode === 'flatMap') {
    return javascript ? text('tip.flatMapJavascript') : text('tip.flatMapJsonata');
  }
  if (mode === 'keyBy') {
    return javascript ? text('tip.keyByJavascript') : text('tip.keyByJsonata');
  }
  if (mode === 'batch') {
    return javascript ? text('tip.batchJavascript') : text('tip.batchJsonata');
  }
  return javascript ? text('tip.mapJavascript') : text('tip.mapJsonata');
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
function resize(_node: MapNode, size: { readonly height: number }): void {
  const height = remainingHeight('node-text-editor-row', size.height);
  $('#node-input-func-editor').css('height', `${Math.max(150, height)}px`);
  editor?.resize();
}

expose('map', { label, prepare, save, cancel: close, resize, validateFunc });
