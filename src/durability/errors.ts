/** Something about files that must not be lost went wrong. The message says what, where, and what to do. */
export class DurabilityError extends Error {
  override name = 'DurabilityError';
}

/** A file does not hold what was written to it. Nothing was skipped: whoever reads decides. */
export class DamagedFileError extends DurabilityError {
  override name = 'DamagedFileError';
  /** The file, relative to its disk. */
  readonly file: string;
  /** Where in the file the damage begins, bytes. */
  readonly offset: number;

  /** @param what what is wrong there, as a clause */
  constructor(location: string, file: string, offset: number, what: string) {
    super(
      `${location}/${file} is damaged at byte ${offset}: ${what}. Nothing after it was used and nothing was changed. ` +
        'Put the file back from a copy.',
    );
    this.file = file;
    this.offset = offset;
  }
}

/** Files fit together only in part: something between them, or in front of them, is missing. */
export class MissingRecordsError extends DurabilityError {
  override name = 'MissingRecordsError';
}

/** What is left of a damaged folder is not enough to go on from. Nothing was changed. */
export class BeyondSalvageError extends DurabilityError {
  override name = 'BeyondSalvageError';
}

/** A file was written by a version of this package that knows a newer format. */
export class NewerFormatError extends DurabilityError {
  override name = 'NewerFormatError';

  constructor(location: string, file: string, found: number, known: number) {
    super(
      `${location}/${file} has format ${found}, and this version of the package knows formats up to ${known}. ` +
        'Install the version that wrote it, or a newer one.',
    );
  }
}

/** The log stopped for good; what was appended and not confirmed may or may not be found at the next start. */
export class LogFailedError extends DurabilityError {
  override name = 'LogFailedError';
}

/** Another owner has taken over: whatever this one writes from now on counts for nothing. */
export class FencedError extends DurabilityError {
  override name = 'FencedError';
}

/** A value that the encoding cannot hold. */
export class EncodingError extends DurabilityError {
  override name = 'EncodingError';
}

/** Bytes that the encoding did not write. */
export class DecodingError extends DurabilityError {
  override name = 'DecodingError';
}

/** The `code` of an error of the system, if it has one. */
export function codeOf(thrown: unknown): string | undefined {
  const { code } = (thrown ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' ? code : undefined;
}

/** Whether a write failed because there was no room: it may succeed later. */
export function isDiskFull(thrown: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes(codeOf(thrown) ?? '');
}

/** What an error says, also where something else was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : `something that is not an error was thrown (${typeof thrown})`;
}
