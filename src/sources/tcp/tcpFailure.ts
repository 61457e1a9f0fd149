import { LineTooLongError } from '../../ports/LineSplitter';
import { networkCause } from '../../ports/networkCause';
import type { SourceProblem } from '../Source';
import { NotTakenError } from './LineConnection';

/** More lines without an end are held, over all connections, than may be. */
export class TooMuchUnendedError extends Error {
  override name = 'TooMuchUnendedError';
}

/** No connection could be made. @param address as `host:port` */
export function unreachable(address: string, error: Error): SourceProblem {
  return {
    code: 'tcp-unreachable',
    what: `No connection to ${address}: ${networkCause(error)}.`,
    why: 'Lines are received only while a connection stands.',
    fix: 'Start the program that listens there, or correct host, port or firewall. It is tried again, at least every 30 s.',
  };
}

/** The port cannot be listened on. */
export function cannotListen(address: string, error: Error): SourceProblem {
  const isInUse = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
  return {
    code: 'tcp-cannot-listen',
    what: `The port at ${address} cannot be listened on: ${networkCause(error)}.`,
    why: 'Nobody can connect until this receiver listens.',
    fix: isInUse
      ? 'Stop the other program, or choose another port, also in what sends. It is tried again, at least every 30 s.'
      : 'Choose another port, above 1023 for ordinary users, or an address of this machine. It is tried again, at least every 30 s.',
  };
}

/** A connection that stood has failed. */
export function connectionFailed(address: string, error: Error): SourceProblem {
  if (error instanceof LineTooLongError || error instanceof TooMuchUnendedError) {
    return {
      code: 'tcp-line-too-long',
      what: `A connection of ${address} was ended. ${error.message}`,
      why: 'A line is kept in memory until it has ended, so it must end some time.',
      fix: 'Let the sender end each record with a line feed (\\n), and send shorter ones; or use another kind of receiver for such data.',
    };
  }
  if (error instanceof NotTakenError) {
    return {
      code: 'tcp-not-stored',
      what: `A connection of ${address} was ended. ${error.message}`,
      why: 'Whoever sends lines over TCP is not told which of them were taken, so these are lost.',
      fix: 'See why messages cannot be stored: a full buffer, a full disk, or a graph that stops.',
    };
  }
  return {
    code: 'tcp-disconnected',
    what: `A connection of ${address} broke: ${networkCause(error)}.`,
    why: 'What was under way then, such as a line that had not ended, may be lost.',
    fix: 'Nothing, when it happens now and then; otherwise look at the other side, and at the network between.',
  };
}

/** @param limit connections */
export function tooManyConnections(address: string, limit: number): SourceProblem {
  return {
    code: 'tcp-too-many-connections',
    what: `${address} has ${String(limit)} connections, the most it may have; others are turned away.`,
    why: 'Each takes memory, and a program that forgets to close its connections would take all of it.',
    fix: 'Let each sender keep one connection and use it again, and look for senders that do not close theirs.',
  };
}
