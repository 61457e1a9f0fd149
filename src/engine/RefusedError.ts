/** Messages that a receiver did not take. */
export class RefusedError extends Error {
  override name = 'RefusedError';
  /** How many of the messages, from the first on, were taken all the same. */
  readonly accepted: number;
  /** Those among the accepted ones that were not taken either. */
  readonly exceptions: ReadonlySet<number>;

  constructor(message: string, accepted: number, exceptions: Iterable<number> = []) {
    super(message);
    this.accepted = accepted;
    this.exceptions = new Set(exceptions);
  }

  /** Whether the message in this place, from 0, was refused. */
  refuses(place: number): boolean {
    return place >= this.accepted || this.exceptions.has(place);
  }
}

/** Messages that a receiver did not take because too many wait already: later there will be room. */
export class NoRoomError extends RefusedError {}

/** @throws RefusedError where nobody wants messages to be taken any more */
export function checkWanted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new RefusedError('Whoever sent the messages gave up before they were taken.', 0);
}

/** @throws NoRoomError unless all of `offered` messages were accepted */
export function checkAccepted(accepted: number, offered: number): void {
  if (accepted >= offered) return;
  throw new NoRoomError(
    `${String(offered - accepted)} of ${String(offered)} messages were refused, because the receiver's buffer is full, the ` +
      'log of its checkpoint has no room, or its graph is stopping; raise the buffer limit of the batcher, see what the checkpoint ' +
      'says, or send more slowly.',
    accepted,
  );
}
