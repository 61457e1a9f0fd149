// The public face of durability: what others may know of it.
export { CHECKPOINT_FORMAT, CheckpointStore, type CheckpointHead, type Sections, type StoredCheckpoint } from './CheckpointStore';
export { decode, encode, ENCODING_VERSION, MAXIMUM_DEPTH } from './encoding';
export type { Intent } from './entries';
export {
  DamagedFileError, DecodingError, DurabilityError, EncodingError, FencedError, LogFailedError, MissingRecordsError, NewerFormatError,
} from './errors';
export { Journal, type JournalOptions, type Recovery } from './Journal';
export { Lease, type LeaseOptions, type LeaseOwner } from './Lease';
export { quarantine } from './quarantine';
export { readLog, type FoundLog, type LogFrame, type LogPlace, type LogSegment } from './readLog';
export type { StoredRecords } from './readRecords';
export type { RecoveredBatch, RecoveredSource } from './RecoveryReader';
export { LOG_FORMAT } from './segmentHeader';
export { SegmentedLog, type Appended, type LogListener, type LogOptions, type SyncPolicy } from './SegmentedLog';
