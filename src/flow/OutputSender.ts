import type { OutputEvent, OutputRecord } from '../engine/Engine';
import type { Plan, SinkOperator } from '../plan/Plan';
import type { FlowMessage } from './Runtime';
import type { SentMessage } from './StreamNode';

/** Messages sent in one go; then everybody else in Node-RED has a turn. */
const CHUNK = 1000;

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
  readonly emptyBatches: boolean;
  readonly origin: Origin;
}

/**
 * Turns the outputs of one graph into messages: one per batch, per record or per key. Outputs are dealt with in the order
 * in which they came, one chunk a turn, and wait while the sender is paused.
 */
export class OutputSender {
  readonly #send: (nodeId: string, message: SentMessage) => void;
  readonly #jobs: Job[] = [];
  /** Records of batches whose last chunk has not come yet, by operator. */
  readonly #collected = new Map<string, OutputRecord[]>();
  /** The last record of each key, of batches whose last chunk has not come yet, by operator. */
  readonly #latest = new Map<string, Map<unknown, OutputRecord>>();
  #paused = false;
  #scheduled = false;

  constructor(send: (nodeId: string, message: SentMessage) => void) {
    this.#send = send;
  }

  /** @param plan the plan that the event came from */
  take(event: OutputEvent, plan: Plan): void {
    const operator = plan.operators.find(({ id }) => id === event.operator);
    const sink = !event.tap && operator?.type === 'sink' ? operator.parameters : undefined;
    this.#jobs.push({
      event,
      mode: sink?.mode ?? 'batch',
      emptyBatches: sink?.emptyBatches ?? false,
      origin: {
        graphId: plan.graph,
        nodeId: event.operator,
        batchTime: event.batchTime,
        batchInterval: plan.batchInterval,
        count: event.count,
        truncated: event.truncated,
      },
    });
    this.#schedule();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#schedule();
  }

  /** Forgets everything that waits. */
  clear(): void {
    this.#jobs.length = 0;
    this.#collected.clear();
    this.#latest.clear();
  }

  #schedule(): void {
    if (this.#scheduled || this.#paused || this.#jobs.length === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      const job = this.#paused ? undefined : this.#jobs.shift();
      if (job !== undefined) this.#perform(job);
      this.#schedule();
    });
  }

  #perform(job: Job): void {
    switch (job.mode) {
      case 'batch':
        this.#perBatch(job);
        break;
      case 'record':
        this.#perRecord(job);
        break;
      case 'key':
        this.#perKey(job);
        break;
    }
  }

  #perBatch({ event, origin, emptyBatches }: Job): void {
    const place = `${event.tap ? 'tap' : 'sink'} ${event.operator}`;
    const earlier = event.offset === 0 ? undefined : this.#collected.get(place);
    const records = earlier === undefined ? [...event.records] : earlier.concat(event.records);
    if (!event.last) {
      this.#collected.set(place, records);
      return;
    }
    this.#collected.delete(place);
    if (records.length === 0 && !emptyBatches) return;
    this.#send(event.operator, { payload: records.map(({ payload }) => payload), dstream: origin });
  }

  #perRecord({ event, origin }: Job): void {
    for (const [place, { payload, topic }] of event.records.entries()) {
      const last = event.last && place === event.records.length - 1;
      this.#send(event.operator, { payload, topic, dstream: { ...origin, index: event.offset + place, last } });
    }
  }

  #perKey(job: Job): void {
    const { event } = job;
    const latest = (event.offset === 0 ? undefined : this.#latest.get(event.operator)) ?? new Map<unknown, OutputRecord>();
    for (const record of event.records) latest.set(record.key === undefined ? record.topic : record.key, record);
    if (!event.last) {
      this.#latest.set(event.operator, latest);
      return;
    }
    this.#latest.delete(event.operator);
    const records = [...latest.values()];
    const chunks: Job[] = [];
    for (let offset = 0; offset < records.length; offset += CHUNK) {
      const last = offset + CHUNK >= records.length;
      chunks.push({ ...job, mode: 'record', event: { ...event, offset, last, records: records.slice(offset, offset + CHUNK) } });
    }
    this.#jobs.unshift(...chunks);
  }
}
