import type { BatchEvent, OutputEvent, Query } from '../engine/Engine';
import type { Plan } from '../plan/Plan';
import type { Problem } from '../plan/Problem';
import type { GraphDisplay } from './GraphDisplay';
import type { LatestFigures } from './LatestFigures';
import type { GraphHistory } from './monitor/GraphHistory';
import type { SampleBoard } from './monitor/SampleBoard';

/** Whom the news of a query go to. */
export interface QueryAudience {
  plan(): Plan;
  /** Of the batches that end now, ms: while the plan is changed, as it was. */
  batchInterval(): number;
  /** Whether this query is the one that counts. */
  isCurrent(): boolean;
  readonly figures: LatestFigures;
  readonly history: GraphHistory;
  readonly samples: SampleBoard;
  readonly display: GraphDisplay;
  batchEnded(event: BatchEvent): void;
  /** @param taken called when the output has left */
  send(event: OutputEvent, taken: () => void): void;
  fail(problem: Problem): void;
}

/** Brings what a query tells to where it is shown and remembered, as long as it is the one that counts. */
export function listenTo(query: Query, audience: QueryAudience): void {
  const { figures, history, samples, display } = audience;
  const whileCurrent =
    <Event>(listen: (event: Event) => void) =>
    (event: Event): void => {
      if (audience.isCurrent()) listen(event);
    };
  query.on('batch', whileCurrent((event) => {
    figures.batch(event);
    history.batch(event, audience.batchInterval());
    display.batch(event);
    audience.batchEnded(event);
  }));
  query.on('progress', whileCurrent((event) => {
    const whole = figures.progress(event);
    history.progress(whole, audience.plan().batchInterval);
    display.progress(whole);
  }));
  query.on('described', whileCurrent((description) => {
    history.described(description);
  }));
  query.on('samples', whileCurrent((event) => {
    samples.take(event);
  }));
  query.on('output', (event) =>
    audience.isCurrent()
      ? new Promise<void>((resolve) => {
          audience.send(event, resolve);
        })
      : undefined,
  );
  query.on('problem', whileCurrent((problem) => {
    history.problem(display.report(problem));
  }));
  query.on('log', whileCurrent((event) => {
    display.log(event);
  }));
  query.on('interrupted', (problem, restartIn) => {
    if (audience.isCurrent()) history.interrupted(display.interrupted(problem, restartIn));
  });
  query.on('failed', whileCurrent((problem) => {
    audience.fail(problem);
  }));
}
