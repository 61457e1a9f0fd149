import type { BatchDetails, MonitorSnapshot, SalvageAnswer, SavepointAnswer, SavepointLine } from '../../../src/flow/monitor/snapshot';
import type { GraphOperators } from './chooseGraph';
import type { Answer, FeedPorts, Question } from './SnapshotFeed';

/** How long an answer may take: ms. */
const PATIENCE = 10_000;

/** What one can ask a graph to do. */
export type Command = 'pause' | 'resume' | 'checkpoint' | 'savepoints' | 'savepoints/delete' | 'reset' | 'salvage';

export interface Refusal {
  /** Of HTTP. */
  readonly status: number;
  /** What the runtime says; empty where it says nothing. */
  readonly message: string;
}

/** The palette's routes of Node-RED's admin API. jQuery sends the token of who is logged in along. */
export class RuntimeApi implements FeedPorts {
  mayAsk(): boolean {
    return RED.user.hasPermission('dstream.read');
  }

  ask(question: Question, done: (answer: Answer) => void): () => void {
    let isWanted = true;
    const request = $.ajax({ url: 'dstream/monitor', data: question, dataType: 'json', cache: false, timeout: PATIENCE });
    request
      .done((snapshot: MonitorSnapshot) => {
        if (isWanted) done({ snapshot });
      })
      .fail(({ status }: { readonly status: number }) => {
        // An answer that is not JSON comes from something else, such as a proxy's page.
        if (isWanted) done({ status });
      });
    return () => {
      isWanted = false;
      request.abort();
    };
  }

  after(delay: number, callback: () => void): () => void {
    const timer = setTimeout(callback, delay);
    return () => {
      clearTimeout(timer);
    };
  }

  /** Calls back with nothing where the runtime has forgotten the batch. @param time ms since the epoch */
  details(graph: string, time: number, done: (details: BatchDetails | undefined) => void): void {
    $.ajax({ url: `dstream/graphs/${encodeURIComponent(graph)}/batches/${String(time)}`, dataType: 'json', timeout: PATIENCE })
      .done((details: BatchDetails) => done(details))
      .fail(() => done(undefined));
  }

  /** The states that are kept under names; none where there is no answer. */
  savepoints(graph: string, done: (savepoints: readonly SavepointLine[]) => void): void {
    $.ajax({ url: `dstream/graphs/${encodeURIComponent(graph)}/savepoints`, dataType: 'json', cache: false, timeout: PATIENCE })
      .done((answer: SavepointAnswer) => done(answer.savepoints))
      .fail(() => done([]));
  }

  /** What a salvage of the graph's log would lose, or why it cannot be salvaged. A long log takes its time. */
  salvageLoss(graph: string, done: (answer: SalvageAnswer | Refusal) => void): void {
    $.ajax({ url: `dstream/graphs/${encodeURIComponent(graph)}/salvage`, dataType: 'json', cache: false })
      .done((answer: SalvageAnswer) => done(answer))
      .fail(({ status, responseJSON }: { readonly status: number; readonly responseJSON?: unknown }) => {
        done({ status, message: textOf(responseJSON, 'message') });
      });
  }

  /** Which nodes each graph has. Calls back only where there is an answer. */
  operators(done: (graphs: readonly GraphOperators[]) => void): void {
    const request = $.ajax({ url: 'dstream/graphs', dataType: 'json', cache: false, timeout: PATIENCE });
    request.done((graphs: readonly GraphOperators[]) => done(graphs));
  }

  /**
   * Any of these may take long: a batch has to end first, or a disk to have room.
   * @param done is given what the runtime says where it was not done, or where what was done did not go well
   */
  send(graph: string, command: Command, body: object, done: (refusal?: Refusal) => void): void {
    $.ajax({
      url: `dstream/graphs/${encodeURIComponent(graph)}/${command}`,
      method: 'POST',
      contentType: 'application/json',
      data: JSON.stringify(body),
    })
      .done((answer: unknown) => {
        const failure = textOf(answer, 'failure');
        if (failure === '') done();
        else done({ status: 200, message: failure });
      })
      .fail(({ status, responseJSON }: { readonly status: number; readonly responseJSON?: unknown }) => {
        done({ status, message: textOf(responseJSON, 'message') });
      });
  }
}

function textOf(answer: unknown, property: string): string {
  const text: unknown = typeof answer === 'object' && answer !== null ? Reflect.get(answer, property) : undefined;
  return typeof text === 'string' ? text : '';
}
