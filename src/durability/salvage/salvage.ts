import type { Disk } from '../../ports/Disk';
import { writeCheckpointFile } from '../checkpointFile';
import { CheckpointStore, type StoredCheckpoint } from '../CheckpointStore';
import { readEntry, writeEntry, type Entry } from '../entries';
import { BeyondSalvageError } from '../errors';
import { filesIn } from '../filesIn';
import { type FrameContent, frameContent, FRAME_OVERHEAD } from '../frame';
import { CHECKPOINT_FOLDER, type CheckpointData, LOG_FOLDER } from '../Journal';
import { isPutAside, moveFiles, putAside } from '../putAside';
import { QUARANTINE } from '../quarantine';
import { makeFile } from '../Savepoints';
import { SegmentFiles } from '../SegmentFiles';
import type { Loss } from './Damage';
import { KeptEntries } from './KeptEntries';
import { LossFinder } from './LossFinder';
import { type DamagedLog, mapDamagedLog } from './readDamagedLog';
import { salvageNote, type SalvageNote } from './salvageNote';
import { withoutChanges } from './withoutChanges';

/** Where the log is put together that a graph will go on with. */
const FOLDER = 'salvaging';
const FOLDERS = [CHECKPOINT_FOLDER, LOG_FOLDER].map((folder) => `${FOLDER}/${folder}`);
/** Says that it is whole: from then on a crash does not undo the salvage, and `finishSalvage` ends it. Named after the wish. */
const READY = /^([A-Za-z0-9-]{1,100})\.ready$/;

/** Whose log is salvaged, and as whom. */
export interface SalvageOptions {
  readonly graph: string;
  /** Of the owner. */
  readonly epoch: number;
  /** How large the segments of the new log become, bytes. */
  readonly segmentBytes?: number;
}

/**
 * What would be lost if the log were salvaged. Changes nothing.
 * @returns undefined where nothing is damaged
 * @throws BeyondSalvageError where what is left is not enough; NewerFormatError; DurabilityError for files of another graph
 */
export async function lossOf(disk: Disk, graph: string): Promise<Loss | undefined> {
  return (await look(withoutChanges(disk), graph)).loss;
}

/**
 * Makes a log without holes of all that can be read of a damaged one, and puts the damaged one, with its checkpoints, into the
 * quarantine. To be called before the journal is opened. Either all of it happens or nothing, whatever crashes; what a crash
 * interrupted is ended by `finishSalvage`.
 * @param id names the wish: letters, digits and hyphens
 * @param now ms since the epoch
 * @returns what is lost; undefined where nothing is damaged, or this was carried out before
 * @throws as `lossOf`, and the disk's errors: nothing was changed
 */
export async function salvage(disk: Disk, options: SalvageOptions, id: string, now: number): Promise<Loss | undefined> {
  if (await isPutAside(disk, id)) return undefined;
  await clear(disk);
  for (const folder of [FOLDER, ...FOLDERS, LOG_FOLDER, QUARANTINE]) await disk.makeFolder(folder);
  const found = await look(disk, options.graph);
  const { loss } = found;
  if (loss === undefined) return undefined;
  try {
    const lastFrame = await writeLog(disk, options, found, { id, time: now, ...loss });
    await writeCheckpoint(disk, options.graph, found, lastFrame);
  } catch (thrown) {
    // A disk that is full is not to stay so because of what nobody can use.
    await clear(disk).catch(() => undefined);
    throw thrown;
  }
  await (await disk.create(`${FOLDER}/${id}.ready`)).close();
  await disk.fsyncFolder(FOLDER);
  await finishSalvage(disk, now);
  return loss;
}

/**
 * Ends what a crash interrupted, whether or not anybody still wishes it.
 * @returns whether there was anything to be ended
 * @throws the disk's error: it goes on with the next call
 */
export async function finishSalvage(disk: Disk, now: number): Promise<boolean> {
  const ready = (await filesIn(disk, FOLDER)).find((name) => READY.test(name));
  const [, id] = READY.exec(ready ?? '') ?? [];
  if (ready === undefined || id === undefined) return false;
  // A process that was killed may have given a name that a power cut would still take back, and what follows builds on it.
  await disk.fsyncFolder(FOLDER);
  await putAside(disk, id, now, [CHECKPOINT_FOLDER, LOG_FOLDER]);
  const folders = [CHECKPOINT_FOLDER, LOG_FOLDER];
  for (const folder of folders) await disk.fsyncFolder(folder);
  for (const folder of folders) await moveFiles(disk, `${FOLDER}/${folder}`, folder);
  for (const folder of folders.flatMap((name) => [name, `${FOLDER}/${name}`])) await disk.fsyncFolder(folder);
  await disk.remove(`${FOLDER}/${ready}`);
  await disk.fsyncFolder(FOLDER);
  return true;
}

interface Look {
  readonly store: CheckpointStore;
  readonly checkpoint: StoredCheckpoint | undefined;
  readonly log: DamagedLog;
  readonly loss: Loss | undefined;
}

async function look(disk: Disk, graph: string): Promise<Look> {
  const store = await CheckpointStore.open(disk, { folder: CHECKPOINT_FOLDER, graph });
  const checkpoint = store.newest;
  const data = dataOf(checkpoint);
  const covered = { from: checkpoint?.head.from ?? 1, lastFrame: data?.lastFrame ?? 0 };
  const log = await mapDamagedLog(disk, { folder: LOG_FOLDER, graph }, covered);
  if (checkpoint === undefined && !log.hasBeginning) await refuseForgotten(disk, store);
  const finder = new LossFinder(checkpoint === undefined || data === undefined ? undefined : { batch: checkpoint.head.batch, ...data });
  await log.read({
    frame: (type, payload, isCovered) => {
      const entry = readEntry(type, payload);
      if (entry !== undefined) finder.add(entry, isCovered);
    },
    hole: (file, offset, bytes, type) => {
      finder.hole({ file, offset, bytes }, type);
    },
  });
  const loss = finder.finish();
  const isWhole = [loss.damage, loss.unreadable, loss.unassigned].every(({ length }) => length === 0);
  return { store, checkpoint, log, loss: isWhole ? undefined : loss };
}

/** A log that does not reach back, and no checkpoint for what was in front of it: all that was counted would be gone. */
async function refuseForgotten(disk: Disk, { quarantined }: CheckpointStore): Promise<void> {
  const earlier = (await filesIn(disk, QUARANTINE)).filter((name) => name.startsWith(`${CHECKPOINT_FOLDER}-`));
  if (quarantined.length + earlier.length === 0) return;
  throw new BeyondSalvageError(
    `What is left in ${disk.location} cannot be salvaged: no checkpoint can be read, and the log does not have what was in them. ` +
      'Put the files back from a copy, go back to a savepoint, or reset the graph to start from nothing.',
  );
}

/** @returns the number of the last frame that the checkpoint covers */
async function writeLog(
  disk: Disk, { graph, epoch, segmentBytes }: SalvageOptions, { checkpoint, log }: Look, note: SalvageNote,
): Promise<number> {
  const folder = `${FOLDER}/${LOG_FOLDER}`;
  const files = new SegmentFiles(disk, { folder, graph, epoch, ...(segmentBytes === undefined ? {} : { segmentBytes }) }, {
    segments: [], strays: [], end: undefined, carried: [], nextFrame: 1, nextSegment: 1, tornBytes: 0,
  });
  const kept = new KeptEntries(note, checkpoint?.head.batch, dataOf(checkpoint)?.upTo ?? new Map());
  let group: FrameContent[] = [contentOf(salvageNote(note))];
  let [frames, lastFrame] = [1, 1];
  const write = async (): Promise<void> => {
    if (group.length === 0) return;
    await files.makeRoom(group.reduce((sum, { payload }) => sum + payload.length + FRAME_OVERHEAD, 0));
    await files.append(group);
    // What is behind it is then known to be, so that a start need not write it once more.
    await files.sync();
    group = [];
  };
  try {
    await log.read({
      frame: (type, payload, isCovered) => {
        const entry = readEntry(type, payload);
        for (const each of entry === undefined ? [] : kept.of(entry)) {
          group.push(contentOf(each));
          frames++;
          if (isCovered) lastFrame = frames;
        }
      },
      hole: () => {},
      partEnded: write,
    });
    await write();
  } finally {
    await files.close();
  }
  return lastFrame;
}

async function writeCheckpoint(disk: Disk, graph: string, { checkpoint, store }: Look, lastFrame: number): Promise<void> {
  if (checkpoint === undefined) return;
  const { batch } = checkpoint.head;
  const sections = [...await store.read(checkpoint)].map(([name, content]) => ({ name, content }));
  const data = { ...dataOf(checkpoint), lastFrame };
  const folder = `${FOLDER}/${CHECKPOINT_FOLDER}`;
  await makeFile(disk, folder, `${String(batch).padStart(15, '0')}.ck`, async (file) => {
    await writeCheckpointFile(file, graph, { batch, from: 1, data }, sections, () => {});
  }, () => Promise.resolve());
}

/** Removes what an attempt that a crash ended has left. */
async function clear(disk: Disk): Promise<void> {
  for (const folder of [FOLDER, ...FOLDERS]) {
    for (const name of await filesIn(disk, folder)) await disk.remove(`${folder}/${name}`);
  }
}

function contentOf(entry: Entry): FrameContent {
  const { type, payload } = writeEntry(entry);
  return frameContent(type, payload);
}

function dataOf(checkpoint: StoredCheckpoint | undefined): CheckpointData | undefined {
  return checkpoint?.head.data as CheckpointData | undefined;
}
