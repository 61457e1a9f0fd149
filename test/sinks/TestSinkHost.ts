import type { SinkHost, SinkProblem, SinkRecord, SinkStatus } from '../../src/sinks/Sink';

/** Runs a sink in a test: keeps what it says. */
export class TestSinkHost implements SinkHost {
  readonly statuses: SinkStatus[] = [];
  readonly problems: SinkProblem[] = [];
  readonly arrived: string[] = [];
  readonly refused: [id: string, problem: SinkProblem][] = [];

  status(status: SinkStatus): void {
    this.statuses.push(status);
  }

  problem(problem: SinkProblem): void {
    this.problems.push(problem);
  }

  /** To be given to `deliver`. */
  readonly settled = (record: SinkRecord, refusal?: SinkProblem): void => {
    if (refusal === undefined) this.arrived.push(record.id);
    else this.refused.push([record.id, refusal]);
  };

  get last(): SinkStatus | undefined {
    return this.statuses.at(-1);
  }

  get codes(): string[] {
    return this.problems.map(({ code }) => code);
  }

  /** Everything that was said, to look for secrets in it. */
  get everything(): string {
    return JSON.stringify([this.statuses, this.problems, this.refused]);
  }
}

/** Records with the ids 0, 1, … */
export function recordsOf(payloads: readonly unknown[], change: (index: number) => Partial<SinkRecord> = () => ({})): SinkRecord[] {
  return payloads.map((payload, index) => ({ payload, topic: 'topic', key: 'key', id: String(index), count: 1, ...change(index) }));
}
