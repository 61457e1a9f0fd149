import type { Plan, ReceiverOperator } from '../plan/Plan';
import type { Problem } from '../plan/Problem';
import { asProblem, EngineProblem } from './EngineProblem';

/** A source has more than there is room for. @param held records of it that wait outside */
export function sourceWaits(receiver: ReceiverOperator, held: number): Problem {
  const { bufferLimit } = receiver.parameters;
  return {
    nodeId: receiver.id,
    code: 'buffer-full',
    what: `${String(held)} records of the source wait outside, because ${String(bufferLimit)} wait for their batch already.`,
    why: 'More arrive than batches take. Nothing is lost here; the source keeps them, or does not acknowledge them.',
    fix: 'Raise the buffer limit or the maximum rate of the batcher, make the functions cheaper, or send less.',
  };
}

/** The log of a graph takes no more records for now. @param fate what becomes of those that come, as a clause */
export function logFull(receiver: string, fate: string): Problem {
  return {
    nodeId: receiver,
    code: 'log-full',
    what: `The log of this graph has no room now, so ${fate}.`,
    why: 'The disk is full, the log has reached its limit because a sink takes nothing, or more comes than the disk can write.',
    fix: 'See what the checkpoint node and the sinks say: make room on the disk, mend the sink, raise the log limit, or send less.',
  };
}

/** A sink ended before it had delivered everything. */
export function undelivered(sink: string, records: number): Problem {
  return {
    nodeId: sink,
    code: 'sink-undelivered',
    what: `${String(records)} records had not been delivered when the sink was changed or removed, and are lost.`,
    why: 'The place that they were for had not taken them yet.',
    fix: 'Let the sink catch up before changing it: its status says whether it waits.',
  };
}

/** A receiver refused messages. @param limit records that may wait */
export function bufferFull(receiver: string, limit: number): Problem {
  return {
    nodeId: receiver,
    code: 'buffer-full',
    what: `A record was refused: ${String(limit)} records wait for their batch already.`,
    why: 'More arrive than batches take.',
    fix: 'Raise the buffer limit or the maximum rate of the batcher, make the functions cheaper, or send less.',
  };
}

/** A record that the log cannot hold. @param why what is in it, as a sentence */
export function unkept(receiver: string, why: string): Problem {
  return {
    nodeId: receiver,
    code: 'record-unkept',
    what: `A record was left out, because it cannot be written to the log: ${why}`,
    why: 'A graph with a checkpoint keeps every record on disk before it is processed.',
    fix: 'Send plain data: texts, numbers, objects, arrays and bytes, no functions or objects of classes.',
  };
}

/** A batch could not be processed, and the graph ends. @param what happened, without the reason */
export function batchFailed(graph: string, what: string, failure: string): Problem {
  return {
    nodeId: graph,
    code: 'batch-failed',
    what: `${what}: ${failure}`,
    why: 'Going on without it would give wrong results silently.',
    fix: 'Remove the cause, and deploy.',
  };
}

/** What was thrown while a graph was started or updated, as a problem of the graph. */
export function asGraphProblem(thrown: unknown, plan: Plan): Problem {
  return thrown instanceof EngineProblem
    ? thrown.problem
    : asProblem(thrown, plan.graph, 'graph-failed', 'Look at the log for what happened before, and report it if it cannot be explained.');
}
