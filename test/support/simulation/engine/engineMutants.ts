import type { Mutation } from '../loadMutant';

/** Mistakes that somebody could make in the order of things: what is logged, run, given out, noted and kept, and when. */
export const ENGINE_MUTANTS: Readonly<Record<string, readonly Mutation[]>> = {
  'takes offers before they are durable': [
    {
      file: 'ReceiverRuntime', find: 'return { accepted: messages.length, durable: this.#keep(keeping, messages, undefined) };',
      replacement: 'this.#keep(keeping, messages, undefined).catch(() => {}); return { accepted: messages.length, durable: undefined };',
    },
  ],
  'acknowledges messages before they are durable': [
    {
      file: 'ReceiverRuntime', find: 'return this.#keep(keeping, messages, also);',
      replacement: '{ this.#keep(keeping, messages, also).catch(() => {}); return Promise.resolve(); }',
    },
  ],
  'runs a batch before its intent is durable': [
    { file: 'durable/DurableGraph', find: 'await this.journal.intend(', replacement: 'this.journal.intend(' },
  ],
  'writes the intent without the boundaries of a receiver': [
    { file: 'durable/GraphKeeper', find: 'new Map([...this.#receivers.all].map(', replacement: 'new Map([...this.#receivers.all].slice(1).map(' },
  ],
  'gives a batch all that is logged, and says so': [
    { file: 'ReceiverRuntime', find: 'this.#given += this.buffer.allocatedCount(batchTime);', replacement: 'this.#given = this.#keeping?.log.next ?? 0;' },
  ],
  'notes that a sink has a batch before it has': [
    {
      file: 'prepare/sink', find: 'await send(wanted, time, () => effects?.commit(part, time));',
      replacement: 'effects?.commit(part, time); await send(wanted, time, () => {});',
    },
  ],
  'gives a sink what it did not keep for it': [
    { file: 'prepare/sink', find: 'await effects?.pin(part, time, wanted.map(toPinned));', replacement: 'effects?.pin(part, time, wanted.map(toPinned)).catch(() => {});' },
  ],
  'works out again what was kept for a sink': [
    { file: 'prepare/sink', find: 'effects?.pinned(part, time);', replacement: 'undefined;' },
  ],
  'takes what an outside sink was given for delivered': [
    { file: 'SinkRuntime', find: 'const remaining = new Set(records);', replacement: 'const remaining = new Set(records); done();' },
  ],
  'runs no interrupted batch again': [
    { file: 'durable/GraphKeeper', find: '...(times.length === 0 ? {} :', replacement: '...(true ? {} :' },
  ],
  'runs interrupted batches with what waits': [
    { file: 'durable/GraphKeeper', find: 'receiver.assign(time, records?.get(id) ?? []);', replacement: 'void receiver;' },
  ],
  'begins again with the number of the first record': [
    { file: 'ReceiverRuntime', find: 'this.#given = keeping?.log.firstWaiting ?? 0;', replacement: 'this.#given = 0;' },
  ],
  'forgets what waits': [
    { file: 'ReceiverRuntime', find: 'this.#inMemory = this.#given;', replacement: 'this.#inMemory = keeping?.log.next ?? 0;' },
  ],
  'lets new records overtake those in the log': [
    { file: 'ReceiverRuntime', find: 'const isBehind = this.inLogOnly > 0;', replacement: 'const isBehind = false;' },
  ],
  'makes checkpoints of batches that are not over': [
    { file: 'durable/DurableGraph', find: '!this.ledger.isSettled || this.ledger.settledUpTo !== batch || ', replacement: '' },
  ],
  'takes the state for a checkpoint after the next batch has begun': [
    { file: 'durable/CheckpointMaker', find: 'sections: state.sections(isKept) }', replacement: 'get sections() { return state.sections(isKept); } }' },
    {
      file: 'durable/CheckpointMaker', find: 'const sections = [];',
      replacement: 'const sections = []; await new Promise((resolve) => this.#clock.schedule(100, resolve));',
    },
  ],
  'says that a checkpoint is of the batch after': [
    { file: 'durable/GraphKeeper', find: 'this.#makeCheckpoint(durable);', replacement: '{ this.#lastEnded = durable.ledger.settledUpTo; this.#makeCheckpoint(durable); }' },
    { file: 'durable/BatchLedger', find: 'this.#settledUpTo = first.time;', replacement: 'this.#settledUpTo = this.#batches[1]?.time ?? first.time;' },
    { file: 'durable/GraphKeeper', find: 'async #begin(durable, time) {', replacement: 'async #begin(durable, time) { durable.ledger.begin(time); ' },
  ],
  'begins without the state of the checkpoint': [
    { file: 'durable/GraphKeeper', find: 'this.#states.load(durable.states);', replacement: '' },
  ],
  'forgets which batch was last': [
    { file: 'durable/GraphKeeper', find: 'durable.recovery.lastBatch :', replacement: 'undefined :' },
  ],
  'runs interrupted batches with the new drawing': [
    { file: 'durable/formerPlan', find: 'const stretch = durable.interrupted.nextStretch;', replacement: 'const stretch = undefined;' },
  ],
  'runs all interrupted batches with the drawing of the first': [
    { file: 'durable/GraphKeeper', find: 'isReplay ? durable.interrupted.nextStretch?.times ?? [] :', replacement: '' },
  ],
  'forgets the drawings that interrupted batches began with': [
    { file: 'durable/openDurableGraph', find: '...plans, ...recovery.batches.map(InterruptedBatches_1.planOf)', replacement: '' },
  ],
  'lets an update cut off the batches that run again': [
    {
      file: 'GraphRunner', find: 'await this.#endInterrupted(prepared, options);\n                return',
      replacement: 'return',
    },
  ],
  'resets state at every start': [
    { file: 'durable/DurableGraph', find: 'return this.#resets.includes(reset.id);', replacement: 'return false;' },
  ],
  'does not know after which batch state was reset': [
    { file: 'durable/DurableGraph', find: '...(reset === undefined ? {} : { reset })', replacement: '' },
  ],
  'does not look for packets that came before': [
    { file: 'durable/ReceiverLog', find: 'return this.#shared.journal.hasPacket(this.#id, packet);', replacement: 'return false;' },
  ],
  'logs records without their packets': [
    { file: 'durable/ReceiverLog', find: 'stored, packets, marks).durable', replacement: 'stored, [], marks).durable' },
  ],
  'gives messages to outside sinks other ids at every start': [
    { file: 'prepare/sink', find: 'String(time), String(index)]', replacement: 'String(time + Math.floor(performance.now())), String(index)]' },
  ],
  'does not tell a file sink that batches may come again': [
    { file: 'durable/DurableGraph', find: 'this.interrupted.originOf(time) ?? ', replacement: '' },
  ],
  'does not ask whether somebody else has taken over': [
    { file: 'durable/openDurableGraph', find: 'checkOwnership: () => lease.check(),', replacement: '' },
  ],
};

/** Those for which something rare must happen: only where many histories are asked for. */
export const RARE_ENGINE_MUTANTS: Readonly<Record<string, readonly Mutation[]>> = {
  'does not go on with the order of records': [
    { file: 'durable/DurableGraph', find: 'return Math.max(known, ', replacement: 'return Math.min(0, ' },
  ],
  'takes records into memory twice': [
    { file: 'ReceiverRuntime', find: 'if (this.#inMemory === begin)', replacement: 'if (true)' },
  ],
};
