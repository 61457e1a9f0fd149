import type { PinnedRecord, SinkEffects } from '../BuildEnvironment';
import type { DurableGraph } from './DurableGraph';

/** What a graph with a checkpoint remembers of its sinks. */
export function effectsOf(durable: DurableGraph): SinkEffects {
  return {
    isCommitted: (part, time) => durable.isCommitted(part, time),
    pinned: (part, time) => durable.pinned(part, time) as readonly PinnedRecord[] | undefined,
    pin: (part, time, records) => durable.pin(part, time, records),
    originOf: (time) => durable.originOf(time),
    expect: (part, time) => {
      durable.ledger.expect(time, part);
    },
    commit: (part, time) => {
      durable.commit(part, time);
    },
    deadLetter: (operator, time, code, reason, record) => {
      durable.deadLetter({ operator, time, code, reason, record });
    },
  };
}
