import type { Translate } from '../translate';
import { line } from './elements';
import type { LogLine, PreviewFailure, PreviewRecord, PreviewWork, RecordOutcome, ShownGroup } from './messages';
import { groupTable, RecordTable } from './RecordTable';
import type { Samples } from './SampleFeed';

export interface PanelEvents {
  toggled(open: boolean): void;
  exampleChanged(json: string): void;
  /** Other records are wanted. */
  choiceChanged(): void;
}

const BODY = 'dstream-preview-body';

/** The section of a dialog that shows a preview: a head that opens and closes it, and below what there is to see. */
export class PreviewPanel {
  readonly #text: Translate;
  readonly #events: PanelEvents;
  readonly #head: JQuery;
  readonly #body = $('<div>', { id: BODY, style: 'margin-top: 6px; height: 280px; overflow: auto' });
  readonly #state = $('<div>', { role: 'status' });
  readonly #ownExample: JQuery;
  readonly #hold: JQuery;
  readonly #example: JQuery;
  readonly #exampleRow: JQuery;
  readonly #exampleProblem = line('', 'error');
  /** What is said of the code as a whole. */
  readonly #remarks = $('<div>', { style: 'margin: 4px 0' });
  readonly #results = $('<div>', { style: 'margin-top: 4px' });
  readonly #after = $('<div>', { style: 'margin-top: 6px' });
  #table: RecordTable | undefined;
  #hasRecords = false;

  constructor(parent: JQuery, text: Translate, events: PanelEvents) {
    this.#text = text;
    this.#events = events;
    this.#head = $('<button>', {
      type: 'button', class: 'red-ui-button red-ui-button-small', 'aria-expanded': 'false', 'aria-controls': BODY,
    });
    this.#head.append($('<i>', { class: 'fa fa-angle-right', style: 'width: 12px' }), $('<span>').text(text('preview.title')));
    this.#head.on('click', () => {
      this.#toggle(!this.#isOpen);
    });
    const choices = $('<div>', { style: 'display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 4px 0' });
    this.#ownExample = choice(choices, text('preview.ownExample'));
    this.#hold = choice(choices, text('preview.hold'));
    this.#ownExample.on('change', () => {
      this.#showControls();
      events.choiceChanged();
    });
    this.#example = $('<textarea>', {
      rows: 3, spellcheck: false, 'aria-label': text('preview.example'),
      style: 'width: 100%; box-sizing: border-box; margin: 0; resize: vertical; font-family: var(--red-ui-monospace-font, monospace)',
    });
    this.#example.on('input', () => {
      events.exampleChanged(this.example);
    });
    this.#exampleRow = $('<div>').append(line(text('preview.example'), 'secondary'), this.#example, this.#exampleProblem);
    this.#body.append(this.#state, choices, this.#exampleRow, this.#remarks, this.#results, this.#after).hide();
    parent.empty().append(this.#head, this.#body);
    this.#showControls();
  }

  get example(): string {
    return String(this.#example.val());
  }

  set example(json: string) {
    this.#example.val(json);
  }

  /** Whether the user wants an example of their own rather than records that flowed in. */
  get wantsExample(): boolean {
    return this.#ownExample.prop('checked') === true;
  }

  /** Whether the records on the screen are to stay there. */
  get holds(): boolean {
    return this.#hold.prop('checked') === true;
  }

  open(): void {
    this.#toggle(true);
  }

  /** Says where the records come from, or why there are none. */
  state(state: Samples['state'] | 'subflow'): void {
    // What is asked for will mostly be there at once: nothing is to flicker until then.
    this.#hasRecords = state === 'records' || state === 'asking';
    this.#write(this.#state, this.#stateText(state));
    this.#showControls();
  }

  exampleIsWrong(why: string | undefined): void {
    this.#exampleProblem.text(why === undefined ? '' : `${this.#text('preview.notJson')} ${why}`);
  }

  /** Nothing can be evaluated: the dialog is not complete, or the example cannot be read. */
  clear(why: 'incomplete' | 'example'): void {
    this.#empty();
    if (why === 'incomplete') this.#remarks.append(line(this.#text('preview.incomplete'), 'secondary'));
  }

  /** Shows the records, whose outcomes come now. */
  begin(work: PreviewWork, records: readonly PreviewRecord[], cut: ReadonlySet<number>): void {
    const place = this.#body.scrollTop() ?? 0;
    this.#empty();
    this.#table = new RecordTable(this.#text, work, records, cut);
    this.#results.append(this.#table.element);
    this.#body.scrollTop(place);
  }

  outcome(index: number, outcome: RecordOutcome): void {
    this.#table?.outcome(index, outcome);
  }

  /** The outcome of all records together. */
  batch(outcome: RecordOutcome): void {
    this.#table?.outcome(0, outcome);
  }

  groups(groups: readonly ShownGroup[]): void {
    const records = this.#table;
    if (records === undefined || groups.length === 0) return;
    const table = groupTable(this.#text, groups, (failure) => records.failure(failure));
    this.#results.prepend(line(this.#text('preview.groups'), 'secondary'), table.css('margin-bottom', '8px'));
  }

  jsonata(compiled: boolean, because: string | undefined): void {
    const words = compiled ? this.#text('preview.compiled') : this.#text('preview.interpreted');
    this.#remarks.append(line(because === undefined ? words : `${words} ${this.#text('preview.because')} ${because}`, 'secondary'));
  }

  /** The code cannot be used at all. */
  problem(failure: PreviewFailure, output: number | undefined): void {
    const records = this.#table;
    if (records === undefined) return;
    if (output !== undefined) {
      this.#remarks.append(line(output === 0 ? this.#text('preview.ofKey') : this.#text('preview.ofOutput', { row: output })));
    }
    this.#remarks.append(records.failure(failure));
  }

  doesNotEnd(): void {
    this.#table?.doesNotEnd();
  }

  cannotRun(): void {
    this.#remarks.empty().append(line(this.#text('preview.cannotRun'), 'error'));
  }

  done(lines: readonly LogLine[], variables: readonly string[]): void {
    if (variables.length > 0) this.#after.append(line(`${this.#text('preview.variables')} ${variables.join(', ')}`, 'secondary'));
    if (lines.length === 0) return;
    this.#after.append(line(this.#text('preview.log'), 'secondary'));
    for (const { level, text: words } of lines) this.#after.append(line(`[${level}] ${words}`, 'code'));
  }

  get #isOpen(): boolean {
    return this.#head.attr('aria-expanded') === 'true';
  }

  #toggle(open: boolean): void {
    this.#head.attr('aria-expanded', String(open));
    this.#head.children('i').toggleClass('fa-angle-right', !open).toggleClass('fa-angle-down', open);
    this.#body.toggle(open);
    RED.tray.resize();
    this.#events.toggled(open);
  }

  #showControls(): void {
    const usesExample = this.wantsExample || !this.#hasRecords;
    this.#exampleRow.toggle(usesExample);
    this.#ownExample.parent().toggle(this.#hasRecords);
    this.#hold.parent().toggle(this.#hasRecords && !this.wantsExample);
  }

  #empty(): void {
    this.#remarks.empty();
    this.#results.empty();
    this.#after.empty();
    this.#table = undefined;
  }

  /** Only what is new is written, so that nobody is read the same again every second. */
  #write(element: JQuery, words: string): void {
    if (element.text() !== words) element.text(words);
  }

  #stateText(state: Samples['state'] | 'subflow'): string {
    const text = this.#text;
    switch (state) {
      case 'records':
        return text('preview.state.records');
      case 'asking':
        return text('preview.state.asking');
      case 'waiting':
        return text('preview.state.waiting');
      case 'undeployed':
        return text('preview.state.undeployed');
      case 'failed':
        return text('preview.state.failed');
      case 'forbidden':
        return text('preview.state.forbidden');
      case 'unreachable':
        return text('preview.state.unreachable');
      case 'subflow':
        return text('preview.state.subflow');
    }
  }
}

/** A box to tick, with its words. */
function choice(parent: JQuery, words: string): JQuery {
  const label = $('<label>', { style: 'width: auto; margin: 0; display: inline-flex; align-items: center; gap: 6px' }).appendTo(parent);
  const box = $('<input>', { type: 'checkbox', style: 'width: auto; margin: 0' }).appendTo(label);
  $('<span>').text(words).appendTo(label);
  return box;
}
