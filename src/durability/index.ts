// The public face of durability: what others may know of it.
export { checkDisk } from './checkDisk';
export { CHECKPOINT_FORMAT, type CheckpointHead, readCheckpointHead } from './checkpointFile';
export { CheckpointStore, type Sections, type StoredCheckpoint } from './CheckpointStore';
export { type DeadLetter, DeadLetters, type DeadLettersOptions } from './DeadLetters';
export { decode, encode, ENCODING_VERSION, MAXIMUM_DEPTH } from './encoding';
export type { Intent } from './entries';
export {
  BeyondSalvageError, DamagedFileError, DecodingError, DurabilityError, EncodingError,
  FencedError, isDiskFull, LogFailedError, MissingRecordsError, NewerFormatError,
} from './errors';
export { filesIn } from './filesIn';
export { finishGoingBack, goBack } from './goBack';
export { Journal, type JournalOptions, type Recovery } from './Journal';
export { Lease, type LeaseOptions, type LeaseOwner } from './Lease';
export { putAside, removeOld } from './putAside';
export { quarantine } from './quarantine';
export { MAXIMUM_PAYLOAD } from './frame';
export { readLog, type FoundLog, type LogFrame, type LogPlace, type LogSegment } from './readLog';
export type { StoredRecords } from './readRecords';
export { countOf, type Damage, type Loss, type RecordSpan } from './salvage/Damage';
export { finishSalvage, lossOf, salvage } from './salvage/salvage';
export type { SalvageNote } from './salvage/salvageNote';
export type { RecoveredBatch, RecoveredSource } from './RecoveryReader';
export {
  isSavepointName, MOST_SAVEPOINTS, type SavepointFile, type SavepointMark, Savepoints, type WholeCheckpoint,
} from './Savepoints';
export { LOG_FORMAT } from './segmentHeader';
export { SegmentedLog, type Appended, type LogListener, type LogOptions, type SyncPolicy } from './SegmentedLog';
