import type { SinkProblem } from '../Sink';
import { ManifestError } from './Manifest';

/** Somebody cut a file off behind our back. */
export class CutFileError extends Error {
  override readonly name = 'CutFileError';

  /** @param length bytes that were committed; `size`: bytes that are there */
  constructor(
    readonly file: string,
    readonly length: number,
    readonly size: number,
  ) {
    super(`${file} has ${String(size)} bytes instead of ${String(length)}.`);
  }
}

/** The files belong to another sink. */
export class OtherSinkError extends Error {
  override readonly name = 'OtherSinkError';

  constructor(
    readonly manifest: string,
    readonly other: string,
  ) {
    super(`${manifest} is that of ${other}.`);
  }
}

/** Why nothing can be written now. */
export interface FileFailure {
  readonly problem: SinkProblem;
  /** A few words for the status. */
  readonly text: string;
  /** Whether it will hardly pass by itself. */
  readonly isLasting: boolean;
}

const KEPT = 'Nothing was dropped; batches wait.';

/**
 * What an error means, and what to do about it.
 * @param manifest the name of the sink's manifest
 */
export function failureOf(thrown: unknown, folder: string, manifest: string): FileFailure {
  if (thrown instanceof CutFileError) {
    return lasting('file was cut', {
      code: 'sink-file-cut',
      what: `The file ${thrown.file} in ${folder} has ${String(thrown.size)} bytes, and ${String(thrown.length)} were written to it.`,
      why: `Somebody has changed it. To write on would leave a hole. ${KEPT}`,
      fix: 'Put the file back as it was, or move it away: then a new one is begun. Writing goes on by itself.',
    });
  }
  if (thrown instanceof OtherSinkError) {
    return lasting('files of another sink', {
      code: 'sink-file-taken',
      what: `The files in ${folder} that ${manifest} speaks of are written by another sink, ${thrown.other}.`,
      why: `Two sinks that write the same files would cut off each other's records. ${KEPT}`,
      fix: `Give this sink another file name. If the other one does not exist any more, move ${manifest} away, and the files too.`,
    });
  }
  if (thrown instanceof ManifestError) {
    return lasting('manifest is damaged', {
      code: 'sink-file-manifest',
      what: `The file ${manifest} in ${folder}, which says what has been written, cannot be relied on.`,
      why: `${thrown.message} Without it records could come twice, or be cut off. ${KEPT}`,
      fix: 'Put it back as it was. Or move it away: then new files are begun beside the old ones, which may hold the last batches too.',
    });
  }
  return systemFailure(thrown, folder);
}

function systemFailure(thrown: unknown, folder: string): FileFailure {
  const { code, message } = thrown as NodeJS.ErrnoException;
  const reason = typeof message === 'string' ? message : String(thrown);
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return {
        text: 'disk is full',
        isLasting: false,
        problem: {
          code: 'sink-disk-full',
          what: `There is no room for more records in ${folder}.`,
          why: `The system says: ${reason}. ${KEPT}`,
          fix: 'Make room on that disk. Writing goes on by itself.',
        },
      };
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return lasting('may not write', {
        code: 'sink-file-forbidden',
        what: `Node-RED may not write in ${folder}.`,
        why: `The system says: ${reason}. ${KEPT}`,
        fix: 'Let the user that runs Node-RED write there, or give the sink another folder. Writing goes on by itself.',
      });
    case 'ENOTDIR':
    case 'EEXIST':
    case 'ELOOP':
    case 'EINVAL':
    case 'EISDIR':
    case 'ENAMETOOLONG':
      return lasting('no place for files', {
        code: 'sink-file-misplaced',
        what: `A file cannot be written in ${folder}.`,
        why: `Something else is in its place, or in that of the folder; links are not followed. The system says: ${reason}. ${KEPT}`,
        fix: 'Move it away, or give the sink another folder or file name. Writing goes on by itself.',
      });
    default:
      return {
        text: 'cannot write',
        isLasting: false,
        problem: {
          code: 'sink-file-failed',
          what: `Records could not be written to ${folder}.`,
          why: `The system says: ${reason}. ${KEPT}`,
          fix: 'See what is wrong with that disk. It is tried again by itself.',
        },
      };
  }
}

function lasting(text: string, problem: SinkProblem): FileFailure {
  return { text, problem, isLasting: true };
}

export function unwritable(reason: string): SinkProblem {
  return {
    code: 'record-unwritable',
    what: 'A record could not be written and was dropped.',
    why: `Its payload does not fit into the format of the file. ${reason}`,
    fix: 'Make plain data of it in a map in front of the sink; null in place of a number that is none.',
  };
}

export function fileGone(file: string, length: number, folder: string): SinkProblem {
  return {
    code: 'sink-file-gone',
    what: `The file ${file} with ${String(length)} bytes is not in ${folder} any more.`,
    why: 'Somebody has moved or removed it. A new one of that name was begun; what was in the old one is not in it.',
    fix: 'If it was you, nothing is to be done. To take files away in peace, wait until their hour or day is over.',
  };
}

export function columnsLeftOut(names: readonly string[]): SinkProblem {
  const few = names.slice(0, 5).map((name) => JSON.stringify(name.slice(0, 60)));
  return {
    code: 'sink-columns-left-out',
    what: `Records have properties that are in no column: ${few.join(', ')}${names.length > few.length ? ', …' : ''}.`,
    why: 'The columns are those that the sink names, or those of the first record that it wrote. Other properties are left out.',
    fix: 'Name all columns in the sink, or choose JSON lines.',
  };
}
