import type { Basis, Drawing, KeptGraph, RememberedState } from './readDrawing';

/**
 * Why a node would not go on with what it remembers. `settings`, `window`, `interval`: its own settings, the window in front of it,
 * or the batch interval are others now. `outputs`: it does, but without some outputs. `folder`: the checkpoint node keeps its graph
 * elsewhere. `checkpoint`: its checkpoint node is gone. `removed`, `unwired`: it is itself gone, or not part of the graph any more.
 */
export type LossReason = 'settings' | 'window' | 'interval' | 'outputs' | 'folder' | 'checkpoint' | 'removed' | 'unwired';

/** What a node would lose with the next deploy. */
export interface StateLoss {
  readonly id: string;
  /** What the user sees, or saw, on the node. */
  readonly label: string;
  /** The id of the checkpoint node that keeps it. */
  readonly checkpoint: string;
  readonly reason: LossReason;
  /** The names of the outputs, for `outputs`. */
  readonly outputs: readonly string[];
}

/** What would be lost if `now` were deployed. */
export function stateLosses(deployed: Drawing, now: Drawing): StateLoss[] {
  return [...deployed.states.values()].flatMap((state): StateLoss[] => {
    const { id, checkpoint } = state;
    const label = now.states.get(id)?.label ?? state.label;
    const folder = deployed.graphs.get(checkpoint)?.folder ?? '';
    const reason = reasonOf(state, folder, now);
    if (reason !== undefined) return [{ id, label, checkpoint, reason, outputs: [] }];
    const outputs = lostOutputs(state, now.states.get(id));
    return outputs.length === 0 ? [] : [{ id, label, checkpoint, reason: 'outputs', outputs }];
  });
}

/**
 * The drawing that was just deployed, as what is compared with from now on. Where something did not fit, the runtime may go on with
 * the drawing before until its state is reset: going back to that costs nothing, so it is remembered too.
 */
export function whenDeployed(before: Drawing, now: Drawing): Drawing {
  const states = new Map([...now.states].map(([id, state]) => {
    const earlier = before.states.get(id);
    const isOther = earlier?.checkpoint === state.checkpoint && !state.fits.every((basis) => fitting(earlier.fits, basis));
    return [id, isOther ? { ...state, fits: [...state.fits, ...earlier.fits] } : state] as const;
  }));
  return { ...now, states };
}

function reasonOf({ id, checkpoint, fits }: RememberedState, folder: string, now: Drawing): LossReason | undefined {
  const graph = now.graphs.get(checkpoint);
  const isDrawn = now.nodes.has(id);
  // What is deleted altogether stays on the disk.
  if (graph === undefined) return isDrawn ? 'checkpoint' : undefined;
  if (!graph.nodes.has(id)) return isDrawn ? cutOff(graph) : 'removed';
  if (graph.folder !== folder) return 'folder';
  const [basis] = now.states.get(id)?.fits ?? [];
  const [before] = fits;
  // A drawing that cannot be read is refused, and nothing goes.
  if (basis === undefined || before === undefined || fitting(fits, basis)) return undefined;
  if (basis.interval !== before.interval) return 'interval';
  return basis.settings === before.settings ? 'window' : 'settings';
}

/** While wires are being drawn anew the graph would not run, and nothing is lost. */
function cutOff({ isWhole }: KeptGraph): LossReason | undefined {
  return isWhole ? 'unwired' : undefined;
}

function fitting(fits: readonly Basis[], { settings, window, interval }: Basis): boolean {
  return fits.some((basis) => basis.settings === settings && basis.window === window && basis.interval === interval);
}

/** Another name is no other output. */
function lostOutputs({ outputs }: RememberedState, now: RememberedState | undefined): string[] {
  if (now === undefined) return [];
  const kept = new Set(now.outputs.map(({ folds }) => folds));
  return outputs.filter(({ folds }) => !kept.has(folds)).map(({ as }) => as);
}
