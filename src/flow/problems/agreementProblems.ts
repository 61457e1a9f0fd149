import type { Problem } from '../../plan/Problem';

/** What the nodes of one graph must agree on. */
export const agreementProblems = {
  batchIntervalsDiffer: (nodeId: string, interval: number, other: string, otherInterval: number): Problem => ({
    nodeId,
    code: 'batch-intervals-differ',
    what: `the batch interval is ${String(interval)} ms here and ${String(otherInterval)} ms in ${other}`,
    why: 'All nodes of a graph work on the same batches.',
    fix: `Set both to ${String(interval)} ms or both to ${String(otherInterval)} ms, or separate the graphs.`,
  }),

  enginesDiffer: (nodeId: string, other: string): Problem => ({
    nodeId,
    code: 'engines-differ',
    what: `another engine is chosen here than in ${other}`,
    why: 'A graph runs in one place.',
    fix: 'Choose the same engine in all batchers of the graph, or separate the graphs.',
  }),

  engineMissing: (nodeId: string): Problem => ({
    nodeId,
    code: 'engine-missing',
    what: 'the engine that is chosen here is disabled or missing',
    why: 'Where and how the graph is to run is not known.',
    fix: 'Enable the engine node, choose another, or choose none for the default engine.',
  }),

  checkpointTwice: (nodeId: string, label: string, other: string): Problem => ({
    nodeId,
    code: 'checkpoint-twice',
    what: `${label} is a second checkpoint in a graph that has ${other} already`,
    why: 'A checkpoint makes its whole graph recoverable, wherever it stands in it, and a graph keeps its records in one place.',
    fix: 'Delete one of the two, or separate the graphs.',
  }),

  mqttQos2NeedsCheckpoint: (nodeId: string, label: string): Problem => ({
    nodeId,
    code: 'mqtt-qos2-needs-checkpoint',
    what: `${label} subscribes at QoS 2, and its graph has no checkpoint`,
    why: 'At QoS 2 the broker forgets a message as soon as the receiver has it, so without a log on disk a crash would lose it.',
    fix: 'Add a checkpoint node to the graph, or choose QoS 1: then the broker sends again what was not confirmed.',
  }),

  windowNotMultiple: (nodeId: string, which: 'window' | 'slide', duration: number, batchInterval: number): Problem => {
    const below = Math.floor(duration / batchInterval) * batchInterval;
    const nearest = [below, below + batchInterval].filter((value) => value > 0);
    return {
      nodeId,
      code: 'window-not-multiple',
      what: `${which} ${String(duration)} ms is not a multiple of the batch interval ${String(batchInterval)} ms`,
      why: 'A window is made of whole batches.',
      fix: `Use ${nearest.join(' or ')}.`,
    };
  },

  slidesDiffer: (nodeId: string, one: string, slide: number, other: string, otherSlide: number): Problem => ({
    nodeId,
    code: 'slides-differ',
    what: `${one} gives records every ${String(slide)} ms and ${other} every ${String(otherSlide)} ms`,
    why: 'Inputs of one node come together batch by batch, so they must give records at the same times.',
    fix:
      `Let both give records every ${String(Math.max(slide, otherSlide))} ms, by windows with the same slide in front of them, ` +
      'or continue each in a branch of its own. A sink may take both.',
  }),

  joinOneInput: (nodeId: string, label: string, only: string): Problem => ({
    nodeId,
    code: 'join-one-input',
    what: `only one stream is wired into ${label}: ${only}`,
    why: 'A join brings two streams together, a left one and a right one.',
    fix: 'Wire a second stream to its input.',
  }),

  joinLeftMissing: (nodeId: string, left: string, wired: readonly string[]): Problem => ({
    nodeId,
    code: 'join-left-missing',
    what: `the left stream of the join, ${left}, is not wired to it`,
    why: `What is wired to it: ${wired.join(', ')}.`,
    fix: 'Open the join and choose the left stream, or wire that node to its input.',
  }),

  windowBehindWindow: (nodeId: string, which: 'length' | 'slide', duration: number, front: string, slide: number): Problem => {
    const below = Math.floor(duration / slide) * slide;
    const nearest = [below, below + slide].filter((value) => value > 0);
    return {
      nodeId,
      code: 'window-behind-window',
      what: `the ${which} ${String(duration)} ms is not a multiple of the ${String(slide)} ms at which ${front} gives records`,
      why: 'A window behind a window is made of whole results of the first.',
      fix: `Use ${nearest.join(' or ')}, or wire this window in front of the other.`,
    };
  },
};
