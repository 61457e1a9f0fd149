import { BeyondSalvageError, DamagedFileError, DurabilityError, FencedError, MissingRecordsError, type RecoveredBatch } from '../../durability';
import type { Problem } from '../../plan/Problem';
import { EngineProblem } from '../EngineProblem';
import { textOf } from '../textOf';
import type { StateConflict } from '../StateStore';
import { operatorOf } from '../StateStore';

const CAUSES: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the disk is used up',
  EACCES: 'Node-RED may not read or write there',
  EPERM: 'Node-RED may not read or write there',
  EROFS: 'the disk can only be read',
  EIO: 'the disk does not work',
  ENOTDIR: 'something in its path is a file and no folder',
  ELOOP: 'there is a link in its path',
};

/** What the system's error says, in a few words for a status. */
export function diskProblem(thrown: unknown): string {
  const code = (thrown as { readonly code?: unknown } | null)?.code;
  return (typeof code === 'string' ? CAUSES[code] : undefined) ?? textOf(thrown);
}

/** The folder of a graph cannot be used. */
export function openingFailed(checkpoint: string, folder: string, thrown: unknown): EngineProblem {
  if (thrown instanceof EngineProblem) return thrown;
  const isBeyond = thrown instanceof BeyondSalvageError;
  const isDamaged = isBeyond || thrown instanceof DamagedFileError || thrown instanceof MissingRecordsError;
  return new EngineProblem({
    nodeId: checkpoint,
    code: isDamaged ? 'checkpoint-damaged' : 'checkpoint-folder-unusable',
    // What is wrong comes first: a status is short, and folders are long.
    what: thrown instanceof DurabilityError ? thrown.message : `Folder unusable, ${diskProblem(thrown)}: ${folder}.`,
    why: 'Going on without what is there would lose records or count them twice.',
    fix: isDamaged
      ? `With the right files back, deploy. Or ${isBeyond ? '' : 'have the log salvaged in the Streaming sidebar, which keeps what can be read; or '}` +
        'reset the graph in the dialog of the checkpoint node: the files are put aside then, and it begins from nothing.'
      : 'Choose a folder on a local disk that Node-RED may write to, in the checkpoint node, and deploy.',
  });
}

/** The log cannot be written any more. */
export function logFailed(checkpoint: string, error: Error): Problem {
  const isFenced = error instanceof FencedError;
  return {
    nodeId: checkpoint,
    code: isFenced ? 'checkpoint-taken-over' : 'log-failed',
    what: error.message,
    why: isFenced
      ? 'Two processes must not write to one folder, so this one has stopped. Nothing is lost.'
      : 'What was not confirmed was not acknowledged either: its senders still have it.',
    fix: isFenced ? 'Give each Node-RED a folder of its own, and deploy.' : 'Look after the disk, and deploy.',
  };
}

/** A file was read again while the graph runs, and is not as it was written. */
export function damageFound(checkpoint: string, { file, offset }: DamagedFileError): Problem {
  const isCheckpoint = file.startsWith('ckpt/');
  return {
    nodeId: checkpoint,
    code: 'damage-found',
    what: `A file of this graph is damaged: ${file}, byte ${String(offset)}. The graph goes on.`,
    why: isCheckpoint
      ? 'Nothing is lost: what was in it is in memory, and a fresh checkpoint of it is made after the next batch.'
      : 'Nothing is lost as long as the graph runs. A fresh checkpoint is made after the next batch; when two no longer need the file, it goes. ' +
        'Until then a start may refuse it.',
    fix: 'Look at the disk: bits do not turn by themselves. Do not stop Node-RED before the newest checkpoints are younger than this message.',
  };
}

/** A batch ended its process, or failed, again and again. */
export function batchRefused(checkpoint: string, batch: RecoveredBatch): EngineProblem {
  return new EngineProblem({
    nodeId: checkpoint,
    code: 'batch-never-ended',
    what:
      `A batch was begun ${String(batch.attempts)} times and never ended, so it is not begun again: that of ` +
      `${new Date(batch.time).toISOString()}.`,
    why: 'A function that does not end or takes all memory would end this graph again. Its records are kept.',
    fix: 'Change the drawing so that the batch can end, and deploy: it runs with the new drawing then. Or reset the graph.',
  });
}

/** The drawing no longer fits what was kept. */
export function stateWouldBeLost(checkpoint: string, conflicts: readonly StateConflict[]): EngineProblem {
  const ids = [...new Set(conflicts.map(({ name }) => operatorOf(name)))];
  return new EngineProblem({
    nodeId: ids[0] ?? checkpoint,
    code: 'state-would-be-lost',
    what:
      `The state of ${ids.length === 1 ? 'this node' : `${String(ids.length)} nodes (${ids.map((id) => JSON.stringify(id)).join(', ')})`} was made with other settings ` +
      '(its own, or those of the window in front of it), and does not fit them any more.',
    why: 'Nothing that was kept is given up without being asked.',
    fix:
      'Undo the change and deploy; or reset the node in the dialog of the checkpoint node, and the new drawing runs without that state.',
  });
}

/** A checkpoint was asked for where there is none to be made. */
export function noCheckpoint(graph: string): EngineProblem {
  return new EngineProblem({
    nodeId: graph,
    code: 'no-checkpoint',
    what: 'This graph makes no checkpoints now.',
    why: 'It has no checkpoint node, or it is not running.',
    fix: 'Put a checkpoint node into the graph, and deploy.',
  });
}

/** A checkpoint of a graph that stands still, and of which there is no state after a batch that is over. */
export function checkpointImpossible(checkpoint: string): EngineProblem {
  return new EngineProblem({
    nodeId: checkpoint,
    code: 'checkpoint-failed',
    what: 'No checkpoint can be made now: the graph is paused, and no batch of it has ended for good since it was started.',
    why: 'A checkpoint is the state after a batch. Nothing is lost: the log keeps everything since the last one.',
    fix: 'Resume the graph, and ask again.',
  });
}

/** A checkpoint could not be made; the graph goes on, and its log keeps what the checkpoint would have. */
export function checkpointFailed(checkpoint: string, thrown: unknown): EngineProblem {
  if (thrown instanceof EngineProblem) return thrown;
  return new EngineProblem({
    nodeId: checkpoint,
    code: 'checkpoint-failed',
    what: `No checkpoint could be made: ${diskProblem(thrown)}.`,
    why: 'Nothing is lost: the log keeps everything since the last one. It grows meanwhile, and a start takes longer.',
    fix: 'Make room on the disk, or look after it. The next checkpoint is tried by itself.',
  });
}

/** A checkpoint was made, and could not be kept as a savepoint. */
export function savepointFailed(checkpoint: string, savepoint: string, thrown: unknown): EngineProblem {
  return new EngineProblem({
    nodeId: checkpoint,
    code: 'savepoint-failed',
    what: `The savepoint "${savepoint}" could not be made: ${thrown instanceof DurabilityError ? thrown.message : `${diskProblem(thrown)}.`}`,
    why: 'A savepoint is a whole copy of the newest checkpoint. The graph goes on, and its checkpoints are what they were.',
    fix: 'Do what the message says, or make room on the disk, and ask again.',
  });
}
