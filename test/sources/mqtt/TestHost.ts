import type { SourceHost, SourceMessage, SourceProblem, SourceStatus } from '../../../src/sources/Source';
import { until } from './until';

/** Runs a source in a test: keeps what it says. */
export class TestHost implements SourceHost {
  readonly messages: SourceMessage[] = [];
  readonly statuses: SourceStatus[] = [];
  readonly problems: SourceProblem[] = [];
  /** What `store` answers. */
  answer: () => Promise<void> | undefined = () => undefined;

  store(messages: readonly SourceMessage[]): Promise<void> | undefined {
    this.messages.push(...messages);
    return this.answer();
  }

  status(status: SourceStatus): void {
    this.statuses.push(status);
  }

  problem(problem: SourceProblem): void {
    this.problems.push(problem);
  }

  get payloads(): string[] {
    return this.messages.map(({ payload }) => String(payload));
  }

  get texts(): string[] {
    return this.statuses.map(({ text }) => text);
  }

  get codes(): string[] {
    return this.problems.map(({ code }) => code);
  }

  async untilStatus(text: string, times = 1): Promise<void> {
    await until(`status "${text}", ${String(times)} times`, () => this.texts.filter((other) => other === text).length >= times);
  }
}
