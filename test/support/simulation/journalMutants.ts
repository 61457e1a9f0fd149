import type { Mutation } from './loadMutant';

/** Mistakes that somebody could make in what stands on the log. The first six were made once, in a sketch. */
export const JOURNAL_MUTANTS: Readonly<Record<string, readonly Mutation[]>> = {
  'counts a checkpoint as good without reading it': [
    {
      file: 'CheckpointStore',
      find: 'const older = await this.#newestReadable(newest.head.batch);',
      replacement: 'const older = this.#paths.length > 1 ? { path: this.#paths.at(-2), head: newest.head } : undefined;',
    },
  ],
  'drops the intents of batches that are in no checkpoint': [
    { file: 'Held', find: 'const intent = ', replacement: 'const intent = undefined; const ignored = ' },
  ],
  'drops what the older checkpoint needs': [
    { file: 'Journal', find: 'Math.min(older.head.from, newest.head.from)', replacement: 'newest.head.from' },
  ],
  'knows only the newest checkpoint after a start': [
    { file: 'CheckpointStore', find: '.map((name) => `${folder}/${name}`);', replacement: '.map((name) => `${folder}/${name}`).slice(-1);' },
  ],
  'drops the beginning of the log when there is one checkpoint': [
    { file: 'Journal', find: 'return Promise.resolve(0);', replacement: 'return this.#log.dropBefore(newest?.head.from ?? 0);' },
  ],
  'starts from nothing when no checkpoint can be read': [
    { file: 'readLog', find: 'if (oldest.header.firstFrame > from)', replacement: 'if (false)' },
    { file: 'RecoveryReader', find: 'first > covered', replacement: 'false' },
    { file: 'RecoveryReader', find: 'if (span === undefined)\n', replacement: 'if (span === undefined) return [];\nif (false)' },
    { file: 'RecoveryReader', find: 'if (previous !== (', replacement: 'if (this.#lastBatch !== undefined && previous !== (' },
  ],
  'drops records that are in no checkpoint': [
    { file: 'Held', find: 'const records = [...this', replacement: 'const records = []; const ignored = [...this' },
  ],
  'names a checkpoint before its fsync': [
    { file: 'checkpointFile', find: 'await file.fsync();', replacement: '' },
  ],
  'reports a checkpoint before its name is durable': [
    { file: 'CheckpointStore', find: 'await this.#disk.fsyncFolder(folder);', replacement: '' },
  ],
  'writes a checkpoint where it is found half done': [
    { file: 'CheckpointStore', find: 'const temporary = `${path}.tmp`;', replacement: 'const temporary = path;' },
  ],
  'keeps one checkpoint': [
    { file: 'CheckpointStore', find: 'path < older.path &&', replacement: 'path < newest.path && path !== undefined || path < older.path &&' },
  ],
  'removes a file that a checkpoint has sections in': [
    { file: 'CheckpointStore', find: '!newest.files.has(path)', replacement: 'true' },
  ],
  'refers to the file of the checkpoint in front': [
    { file: 'CheckpointStore', find: 'this.#older?.files ??', replacement: 'this.#newest?.files ??' },
    { file: 'CheckpointStore', find: 'some((path) => own.has(path))', replacement: 'some(() => false)' },
  ],
  'makes a checkpoint of frames that are not durable': [
    { file: 'Journal', find: 'await this.#log.sync();', replacement: '' },
  ],
  'gives a batch new boundaries when it runs again': [
    { file: 'RecoveryReader', find: 'before = entry.upTo;', replacement: '' },
  ],
  'gives a batch all of a frame of which it had a part': [
    { file: 'readRecords', find: 'records.slice(begin - first, end - first)', replacement: 'records' },
  ],
  'forgets the packet ids in checkpoints': [
    { file: 'Journal', find: 'const kept = { lastFrame, upTo, packets, marks,', replacement: 'const kept = { lastFrame, upTo, packets: new Map(), marks,' },
  ],
  'forgets the packet ids in the log': [
    { file: 'RecoveryReader', find: 'open.add(packet);', replacement: 'void packet;' },
  ],
  'forgets the marks in checkpoints': [
    { file: 'Journal', find: 'packets, marks, data };', replacement: 'packets, marks: new Map(), data };' },
  ],
  'forgets the marks in the log': [
    { file: 'RecoveryReader', find: '.setMarks)(this.#marks, source, marks);', replacement: '.setMarks)(this.#marks, source, new Map());' },
  ],
  'never forgets a mark': [
    { file: 'setMarks', find: 'places.delete(place);', replacement: 'void place;' },
  ],
  'reads records back from where they are not': [
    { file: 'SegmentFiles', find: 'places[low - 1] ??', replacement: 'places[0] ??' },
    { file: 'SegmentFiles', find: 'if (number >= first)', replacement: 'if (number > start.frame)' },
  ],
  'never forgets a packet id': [
    { file: 'RecoveryReader', find: 'this.#packets.get(entry.source)?.delete(packet);', replacement: 'void packet;' },
  ],
  'runs no batch again': [
    { file: 'Journal', find: 'const batches = reader.batches();', replacement: 'const batches = [];' },
  ],
  'numbers records anew': [
    { file: 'RecoveryReader', find: 'Math.max(this.#next.get(source) ?? 0, end)', replacement: 'this.#next.get(source) ?? 0' },
  ],
  'takes a damaged checkpoint': [
    { file: 'frame', find: '=== head.checksum', replacement: '!== undefined' },
    { file: 'checkpointFile', find: 'said.sum !== sum', replacement: 'false' },
  ],
};
