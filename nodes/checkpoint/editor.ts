import { ageText, bytesText } from '../../src/plan/amounts';
import { current, dialogClosed, dialogOpened, whenChanged } from '../shared/editor/dialog';
import { isDuration } from '../shared/editor/durations';
import { countText, drawnId, type DurabilityReport, type GraphReport, graphsOf, keysIn, waitingIn } from '../shared/editor/graphs';
import { nameOr } from '../shared/editor/label';
import { isPositiveNumber, isWholeNumber } from '../shared/editor/numbers';
import { expose } from '../shared/editor/registry';
import { translator } from '../shared/editor/translate';
import { isKnownVersion, migrateNodes } from '../shared/editor/versions';

interface CheckpointNode {
  readonly id: string;
  readonly name?: string;
}

/** ms between two looks at the figures while the dialog is open. */
const PERIOD = 2000;

const text = translator('checkpoint');

function label(node: CheckpointNode): string {
  return nameOr(node, text('label.checkpoint'));
}

function validateVersion(_node: CheckpointNode, value: unknown): true | string {
  return isKnownVersion('checkpoint', value) ? true : text('error.version');
}

function validateInterval(node: CheckpointNode, value: unknown): true | string {
  return isDuration(value, current(node, 'intervalUnits')) ? true : text('error.interval');
}

function validateSyncInterval(node: CheckpointNode, value: unknown): true | string {
  const used = current(node, 'sync') === 'timer';
  return !used || isDuration(value, current(node, 'syncIntervalUnits')) ? true : text('error.syncInterval');
}

function validateLogLimit(_node: CheckpointNode, value: unknown): true | string {
  return isWholeNumber(value, 1) ? true : text('error.logLimit');
}

function validateRetention(_node: CheckpointNode, value: unknown): true | string {
  return isPositiveNumber(value) ? true : text('error.retention');
}

/** What is on screen of one graph: its lines are written anew again and again, its buttons stay. */
interface Panel {
  readonly element: JQuery;
  show(report: GraphReport): void;
}

let polling: ReturnType<typeof setInterval> | undefined;
let panels = new Map<string, Panel>();

function prepare(node: CheckpointNode): void {
  dialogOpened(node);
  whenChanged('#node-input-sync', () => {
    const policy = $('#node-input-sync').val();
    $('.dstream-checkpoint-timer').toggle(policy === 'timer');
    $('.dstream-checkpoint-tip').text(policyText(policy));
  });
  stopPolling();
  const look = (): void => {
    refresh(node);
  };
  polling = setInterval(look, PERIOD);
  look();
}

function policyText(policy: unknown): string {
  if (policy === 'timer') return text('tip.timer');
  return policy === 'each' ? text('tip.each') : text('tip.group');
}

function close(): void {
  stopPolling();
  dialogClosed();
}

function stopPolling(): void {
  if (polling !== undefined) clearInterval(polling);
  polling = undefined;
  panels = new Map();
}

/** Brings what the dialog shows of the deployed graphs up to date. */
function refresh(node: CheckpointNode): void {
  const asked = polling;
  $.ajax({ url: 'dstream/graphs', dataType: 'json', cache: false })
    .done((reports: readonly GraphReport[]) => {
      if (polling === asked) showAll(node, graphsOf(node.id, reports));
    })
    .fail((response: { readonly status: number }) => {
      if (polling === asked) showOnly(text('panel.error', { status: response.status }));
    });
}

function showAll(node: CheckpointNode, reports: readonly GraphReport[]): void {
  if (reports.length === 0) {
    showOnly(text('panel.none'));
    return;
  }
  const known = reports.every(({ graph }) => panels.has(graph)) && panels.size === reports.length;
  if (!known) {
    const place = $('.dstream-checkpoint-graphs').empty();
    panels = new Map(reports.map(({ graph }) => [graph, panel(graph, () => { refresh(node); })]));
    for (const { element } of panels.values()) place.append(element);
  }
  for (const report of reports) panels.get(report.graph)?.show(report);
}

/** Says one sentence where the graphs would stand. */
function showOnly(sentence: string): void {
  panels = new Map();
  const line = $('<div class="form-tips"></div>');
  line.text(sentence);
  $('.dstream-checkpoint-graphs').empty().append(line);
}

function panel(graph: string, refreshNow: () => void): Panel {
  const element = $('<div class="form-tips" style="margin-top:8px"></div>');
  const lines = $('<div></div>');
  const notice = $('<div style="margin-top:6px; font-weight:bold"></div>');
  const checkpoint = $('<button type="button" class="red-ui-button" style="margin:8px 6px 0 0"></button>');
  checkpoint.text(text('button.checkpoint'));
  const reset = $('<button type="button" class="red-ui-button" style="margin-top:8px"></button>');
  reset.text(text('button.reset'));
  const form = $('<div style="margin-top:8px; display:none"></div>');
  const scope = $('<select style="width:100%"></select>');
  const goes = $('<p style="margin:6px 0"></p>');
  const confirm = $('<button type="button" class="red-ui-button" style="margin-right:6px"></button>');
  confirm.text(text('button.confirm'));
  const cancel = $('<button type="button" class="red-ui-button"></button>');
  cancel.text(text('button.cancel'));
  form.append(scope, goes, confirm, cancel);
  element.append(lines, notice, checkpoint, reset, form);

  let last: GraphReport = { graph, operators: {} };
  const describe = (): void => {
    goes.text(whatGoes(last, String(scope.val())));
  };
  const send = (button: JQuery, what: 'checkpoint' | 'reset', body: object, asked: string, done: () => string): void => {
    button.prop('disabled', true);
    // Either may take long: a batch has to end first, or a disk to have room.
    notice.text(asked);
    $.ajax({
      url: `dstream/graphs/${encodeURIComponent(graph)}/${what}`,
      method: 'POST',
      contentType: 'application/json',
      data: JSON.stringify(body),
    })
      .done(() => {
        notice.text(done());
        refreshNow();
      })
      .fail((response: { readonly status: number; readonly responseJSON?: { readonly message?: unknown } }) => {
        const message = response.responseJSON?.message;
        notice.text(typeof message === 'string' ? message : text('panel.refused', { status: response.status }));
      })
      .always(() => {
        button.prop('disabled', false);
      });
  };
  checkpoint.on('click', () => {
    send(checkpoint, 'checkpoint', {}, text('panel.asked'), () => text('panel.checkpointed'));
  });
  reset.on('click', () => {
    fillScopes(scope, last);
    describe();
    form.toggle(true);
    form.get(0)?.scrollIntoView({ block: 'nearest' });
  });
  scope.on('change', describe);
  cancel.on('click', () => {
    form.toggle(false);
  });
  confirm.on('click', () => {
    const chosen = String(scope.val());
    form.toggle(false);
    send(reset, 'reset', { scope: chosen === 'all' ? chosen : [chosen] }, text('panel.resetting'), () => text('panel.wasReset'));
  });
  return {
    element,
    show: (report) => {
      last = report;
      lines.empty();
      for (const sentence of sentences(report)) {
        const line = $('<div></div>');
        line.text(sentence);
        lines.append(line);
      }
      if (form.is(':visible')) describe();
    },
  };
}

/** Everything, or the state of one node, by the names that the nodes have in the editor. */
function fillScopes(scope: JQuery, report: GraphReport): void {
  scope.empty();
  const option = (value: string, shown: string): void => {
    const element = $('<option></option>');
    element.val(value).text(shown);
    scope.append(element);
  };
  option('all', text('scope.all'));
  for (const id of report.states ?? []) {
    const drawn = RED.nodes.node(drawnId(id, (candidate) => isDrawn(candidate)));
    const shown = drawn === null || drawn === undefined ? id : RED.utils.getNodeLabel(drawn, id);
    option(id, `${text('scope.node')} ${shown}`);
  }
}

function isDrawn(id: string): boolean {
  const node = RED.nodes.node(id);
  return node !== null && node !== undefined;
}

function whatGoes(report: GraphReport, scope: string): string {
  if (scope !== 'all') return text('goes.node', { keys: countText(keysIn(report, scope)) });
  const { logBytes = 0, checkpointBytes = 0 } = report.durability ?? {};
  return text('goes.all', {
    bytes: bytesText(logBytes + checkpointBytes),
    keys: countText(keysIn(report)),
    waiting: countText(waitingIn(report)),
  });
}

/** What is known of a graph, a sentence a line. */
function sentences({ durability, failure, refusal }: GraphReport): string[] {
  const found: string[] = [];
  // Texts of the runtime, for a person; they are shown as text, never as markup.
  if (failure !== undefined) found.push(`${text('panel.failed')} ${failure}`);
  if (refusal !== undefined) found.push(`${text('panel.old')} ${refusal}`);
  if (durability === undefined) {
    if (found.length === 0) found.push(text('panel.starting'));
    return found;
  }
  if (failure === undefined) found.push(`${stateText(durability)} ${durability.text}`.trim());
  const log = bytesText(durability.logBytes);
  found.push(
    durability.checkpointTime === undefined
      ? text('panel.logOnly', { log })
      : text('panel.sizes', {
          log,
          checkpoint: bytesText(durability.checkpointBytes),
          age: ageText(Date.now() - durability.checkpointTime),
        }),
  );
  return [...found, ...deadLetterSentences(durability), ...recoveredSentences(durability)];
}

function stateText({ state }: DurabilityReport): string {
  switch (state) {
    case 'opening':
      return text('state.opening');
    case 'waiting':
      return text('state.waiting');
    case 'recovering':
      return text('state.recovering');
    case 'full':
      return text('state.full');
    default:
      return text('state.running');
  }
}

/** Those that there are, and what became of others. */
function deadLetterSentences(durability: DurabilityReport): string[] {
  const { deadLetters, deadLettersRemoved = 0, deadLettersRefused = 0, deadLettersProblem } = durability;
  return [
    ...(deadLetters > 0 ? [text('panel.dead', { count: countText(deadLetters) })] : []),
    ...(deadLettersRemoved > 0 ? [text('panel.deadRemoved', { count: countText(deadLettersRemoved) })] : []),
    ...(deadLettersRefused > 0 ? [text('panel.deadRefused', { count: countText(deadLettersRefused) })] : []),
    ...(deadLettersProblem === undefined ? [] : [`${text('panel.deadProblem')} ${deadLettersProblem}`]),
  ];
}

function recoveredSentences({ recovered }: DurabilityReport): string[] {
  if (recovered === undefined) return [];
  const found = [
    text('panel.recovered', {
      batches: countText(recovered.batches),
      records: countText(recovered.records),
      milliseconds: countText(recovered.milliseconds),
    }),
  ];
  if (recovered.tornBytes > 0) found.push(text('panel.torn', { bytes: bytesText(recovered.tornBytes) }));
  return found;
}

migrateNodes('checkpoint');

expose('checkpoint', {
  label,
  prepare,
  save: close,
  cancel: close,
  validateVersion,
  validateInterval,
  validateSyncInterval,
  validateLogLimit,
  validateRetention,
});
