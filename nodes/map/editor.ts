import { current, dialogClosed, dialogOpened, whenChanged } from '../shared/editor/dialog';
import { nameOr } from '../shared/editor/label';
import { remainingHeight } from '../shared/editor/layout';
import { markFailures } from '../shared/editor/preview/markers';
import { openPreview, type OpenPreview } from '../shared/editor/preview/openPreview';
import { TypedScope } from '../shared/editor/preview/TypedScope';
import type { CodeEditor, EditorNode } from '../shared/editor/red';
import { expose } from '../shared/editor/registry';
import { hasReturn, isStarter, starterCode } from '../shared/editor/starters';
import { translator } from '../shared/editor/translate';
import { isKnownVersion, migrateNodes } from '../shared/editor/versions';
import { scope as declarations } from './editor/scope';
import { mapWork } from './editor/work';

interface MapNode extends EditorNode {
  readonly name?: string;
  readonly mode?: string;
}

/** The parts of Monaco and of JSONata that Node-RED's editor loads as globals. */
interface EditorGlobals {
  readonly monaco?: {
    readonly editor: { setModelLanguage(model: unknown, language: string): void };
  };
  readonly jsonata?: (source: string) => unknown;
}

/** To try the code with before any record has flowed in. */
const EXAMPLE = '{ "payload": { "value": 21.5 }, "topic": "kitchen", "key": "kitchen" }';

const text = translator('map');
const globals = globalThis as EditorGlobals;

let editor: CodeEditor | undefined;
let scope: TypedScope | undefined;
let preview: OpenPreview | undefined;

function label(node: MapNode): string {
  return nameOr(node, node.mode ?? text('label.map'));
}

function validateVersion(_node: MapNode, value: unknown): true | string {
  return isKnownVersion('map', value) ? true : text('error.version');
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
  const types = new TypedScope('map', declarations);
  scope = types;
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
    preview?.changed();
  });
  preview = openPreview({
    node,
    text,
    example: EXAMPLE,
    work: () => mapWork(fieldText('mode'), fieldText('lang'), created.getValue()),
    learn: (records) => {
      types.learn(records.map(({ payload }) => payload));
    },
    mark: (failures) => {
      markFailures(created, failures);
    },
  });
  created.getSession().on('change', () => preview?.changed());

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
  preview?.close();
  preview = undefined;
  editor?.destroy();
  editor = undefined;
  scope?.close();
  scope = undefined;
  dialogClosed();
}

/** Gives the code all the height that the other rows leave. */
function resize(_node: MapNode, size: { readonly height: number }): void {
  const height = remainingHeight('node-text-editor-row', size.height);
  $('#node-input-func-editor').css('height', `${Math.max(150, height)}px`);
  editor?.resize();
}

migrateNodes('map');

expose('map', { label, prepare, save, cancel: close, resize, validateVersion, validateFunc });
