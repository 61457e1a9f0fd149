import type { OutputEvent, OutputRecord } from '../engine/Engine';
import type { Plan, SinkOperator } from '../plan/Plan';
import type { FlowMessage } from './Runtime';
import type { SentMessage } from './StreamNode';

/** What `msg.dstream` says about a message that came out of a graph. */
interface Origin {
  readonly graphId: string;
  readonly nodeId: string;
  readonly batchTime: number;
  readonly batchInterval: number;
  readonly count: number;
  readonly truncated: boolean;
}

/** Whether a message came out of a graph, so that stream nodes on the same wire leave it alone. */
export function comesFromStream(message: FlowMessage): boolean {
  const { dstream } = message;
  return typeof dstream === 'object' && dstream !== null && 'graphId' in dstream && 'nodeId' in dstream;
}

interface Job {
  readonly event: OutputEvent;
  readonly mode: SinkOperator['parameters']['mode'];
  readonly origin: Origin;
  /** Called when the output has left, or nobody must wait for that any longer; a second call says nothing new. */
  readonly taken: () => void;
}

/**
 * Turns the outputs of one graph into messages: one per batch or one per record. Outputs are dealt with in the order in which
 * they came, one chunk a turn, so that everybody else in Node-RED has a turn too, and wait while the sender is paused.
 */
export class OutputSender {
  readonly #send: (nodeId: string, message: SentMessage) => void;
  readonly #jobs: Job[] = [];
  /** Records of batches whose last chunk has not come yet, by operator. */
  readonly #collected = new Map<string, OutputRecord[]>();
  #paused = false;
  #scheduled = false;

  constructor(send: (nodeId: string, message: SentMessage) => void) {
    this.#send = send;
  }

  /**
   * @param plan the plan that the event came from
   * @param taken called when the messages are on their wires. While the sender is paused nobody waits: whoever made the output may
   *   have to end before the sender can go on.
   */
  take(event: OutputEvent, plan: Plan, taken: () => void = () => undefined): void {
    const operator = plan.operators.find(({ id }) => id === event.operator);
    const sink = !event.tap && operator?.type === 'sink' ? operator.parameters : undefined;
    this.#jobs.push({
      taken,
      event,
      mode: sink?.mode ?? 'batch',
      origin: {
        graphId: plan.graph,
        nodeId: event.operator,
        batchTime: event.batchTime,
        batchInterval: plan.batchInterval,
        count: event.count,
        truncated: event.truncated,
      },
    });
    if (this.#paused) taken();
    this.#schedule();
  }

  pause(): void {
    this.#paused = true;
    for (const { taken } of this.#jobs) taken();
  }

  resume(): void {
    this.#paused = false;
    this.#schedule();
  }

  /** Forgets everything that waits. */
  clear(): void {
    for (const { taken } of this.#jobs.splice(0)) taken();
    this.#collected.clear();
  }

  #schedule(): void {
    if (this.#scheduled || this.#paused || this.#jobs.length === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      const job = this.#paused ? undefined : this.#jobs.shift();
      try {
        if (job !== undefined) this.#perform(job);
      } finally {
        job?.taken();
      }
      this.#schedule();
    });
  }

  #perform(job: Job): void {
    if (job.mode === 'batch') this.#perBatch(job);
    // The engine hands over one record for each key where that is wanted.
    else this.#perRecord(job);
  }

  #perBatch({ event, origin }: Job): void {
    const place = `${event.tap ? 'tap' : 'sink'} ${event.operator}`;
    const earlier = event.offset === 0 ? undefined : this.#collected.get(place);
    const records = earlier ?? [];
    for (const record of event.records) records.push(record);
    if (!event.last) {
      this.#collected.set(place, records);
      return;
    }
    this.#collected.delete(place);
    this.#send(event.operator, { payload: records.map(({ payload }) => payload), dstream: origin });
  }

  #perRecord({ event, origin }: Job): void {
    for (const [place, { payload, topic }] of event.records.entries()) {
      const last = event.last && place === event.records.length - 1;
      this.#send(event.operator, { payload, topic, dstream: { ...origin, index: event.offset + place, last } });
    }
  }
}
