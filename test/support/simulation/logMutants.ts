import type { Mutation } from './loadMutant';

/** Mistakes that somebody could make in the log, each of which loses or invents records. */
export const LOG_MUTANTS: Readonly<Record<string, readonly Mutation[]>> = {
  'confirms before fsync': [
    { file: 'SegmentFiles', find: 'await open.file.fsync();', replacement: 'void open.file.fsync().catch(() => {});' },
  ],
  'does not sync the folder after a segment was made': [
    { file: 'SegmentFiles', find: 'await file.fsync();\n            await this.#disk.fsyncFolder(folder);', replacement: 'await file.fsync();' },
  ],
  'does not sync a new segment with the frames it carries': [
    { file: 'SegmentFiles', find: 'await file.fsync();\n            await this.#disk', replacement: 'await this.#disk' },
  ],
  'carries nothing over': [
    { file: 'SegmentedLog', find: 'found.carried.map(', replacement: '[].map(' },
  ],
  'takes the end that it sees for durable': [
    { file: 'readLog', find: 'carried: tail.frames(),', replacement: 'carried: [],' },
    { file: 'readLog', find: 'if (durable > this.proven) {', replacement: 'durable = offset + frame.payload.length + 19; {' },
  ],
  'begins a segment with carried frames missing': [
    { file: 'readLog', find: 'if (carried < header.carried) {', replacement: 'if (false) {' },
  ],
  'goes on in a segment after a failed write': [
    { file: 'SegmentFiles', find: 'await this.#abandon(open);', replacement: '' },
  ],
  'leaves the frames of a failed write in the segment': [
    {
      file: 'SegmentFiles',
      find: 'await this.#abandon(open);',
      replacement: 'segment.end += bytes.length; segment.lastFrame += frames.length; await this.#abandon(open); ' +
        'segment.lastFrame -= frames.length;',
    },
  ],
  'takes damage for a torn tail': [
    { file: 'readLog', find: 'const isTorn = ', replacement: 'const isTorn = previous === undefined || ' },
  ],
  'does not look for proof that a torn tail was durable': [
    { file: 'readLog', find: 'problem.looksTorn && !(await', replacement: 'problem.looksTorn || !(await' },
  ],
  'takes a segment with a damaged header for one that was never begun': [
    { file: 'readLog', find: '!segment.looksTorn ||', replacement: 'false &&' },
  ],
  'does not check payloads': [
    { file: 'frame', find: '=== head.checksum', replacement: '!== undefined' },
  ],
  'does not check heads': [
    { file: 'frame', find: '!== bytes.readUInt32LE(at + 14)', replacement: '=== undefined' },
  ],
  'confirms after a failed fsync': [
    { file: 'SegmentFiles', find: 'throw new errors_1.DurabilityError(`fsync of', replacement: 'void (`fsync of' },
  ],
  'drops a segment too many': [
    { file: 'SegmentFiles', find: 'lastFrame >= frame', replacement: 'lastFrame > frame' },
  ],
  'reads no further than the first segment': [
    { file: 'readLog', find: 'chain.unshift(previous);', replacement: '' },
  ],
  'numbers the frames of a new segment anew': [
    { file: 'SegmentFiles', find: 'const firstFrame = (previous?.lastFrame ?? 0) + 1;', replacement: 'const firstFrame = 1;' },
  ],
};
