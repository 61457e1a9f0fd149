import type { LogFailedError, SegmentedLog, SyncPolicy } from '../../../src/durability';
import type { Durability } from './loadMutant';
import { type Outcome, Violation } from './Outcome';
import { SeededRandom } from './SeededRandom';
import { SimulatedClock } from './SimulatedClock';
import { SimulatedDisk } from './SimulatedDisk';

/** What the ledger knows of a frame. It is kept outside of what crashes. */
interface Sent {
  readonly text: string;
  acknowledged: boolean;
}

/** Frames as they must be found: index 0 is frame 1. */
interface Ledger {
  readonly frames: Sent[];
  /** Frames in front of it were given up. */
  from: number;
  life: number;
}

const PLACE = { folder: 'log', graph: 'g' };

/**
 * One life after another of a log: appends, confirmations, full disks, failed fsyncs, dropped segments; each ends with a crash.
 * After each, what is found must be all that was confirmed, in order, and nothing that was not appended; or damage was done,
 * and it is refused.
 */
export async function simulateLog(durability: Durability, seed: number, outcome: Outcome): Promise<void> {
  const random = new SeededRandom(seed);
  const disk = new SimulatedDisk(random);
  const ledger: Ledger = { frames: [], from: 1, life: 0 };
  const settings = {
    segmentBytes: random.pick([300, 2000, 20_000]),
    groupBytes: random.pick([100, 5000, 1_000_000]),
    policy: random.pick<SyncPolicy>([{ kind: 'group' }, { kind: 'group' }, { kind: 'each' }, { kind: 'timer', interval: 500 }]),
    largest: random.pick([20, 300, 3000]),
    fails: random.chance(0.2),
    fills: random.chance(0.3),
    damages: random.chance(0.3),
  };
  outcome.seeds++;
  await disk.connect().makeFolder('log');
  const lives = 1 + random.below(7);
  let isDamaged = false;
  for (let life = 0; life < lives; life++) {
    ledger.life = life;
    // With a timer, what is confirmed survives the end of the process and no more.
    const kind = random.chance(0.6) && settings.policy.kind !== 'timer' ? 'power' : 'kill';
    const crashed = disk.crashAfter(1 + random.below(random.pick([8, 40, 150])), kind);
    disk.fsyncFailure = settings.fails && random.chance(0.5) ? 0.1 : 0;
    if (settings.damages && !isDamaged && life > 0 && random.chance(0.5) && disk.damage(() => true) !== undefined) {
      isDamaged = true;
      outcome.happened('damage');
    }
    let refusal: unknown;
    const work = live(durability, random, disk, ledger, settings, isDamaged, outcome).catch((thrown: unknown) => {
      refusal = thrown;
    });
    await Promise.race([work, crashed]);
    if (refusal !== undefined) {
      const { name, message } = refusal as Error;
      if (isDamaged && ['DamagedFileError', 'MissingRecordsError'].includes(name)) {
        outcome.happened('damage refused');
        return;
      }
      if (name === 'Violation') throw new Violation(seed, `life ${life}: ${message}`);
      // A disk that fails at the start of a life ends it; anything else is a mistake.
      if (name !== 'LogFailedError' && !/^E(IO|NOSPC):/.test(message)) throw new Violation(seed, `life ${life} ended with ${name}: ${message}`);
      outcome.happened('disk failed');
    }
    disk.capacity = Infinity;
    disk.crash(kind);
    outcome.crashes++;
    outcome.happened(kind);
  }
}

interface Settings {
  readonly segmentBytes: number;
  readonly groupBytes: number;
  readonly policy: SyncPolicy;
  readonly largest: number;
  readonly fills: boolean;
}

async function live(
  durability: Durability, random: SeededRandom, disk: SimulatedDisk, ledger: Ledger, settings: Settings, isDamaged: boolean, outcome: Outcome,
): Promise<void> {
  const { readLog, SegmentedLog } = durability;
  const connection = disk.connect();
  const { from } = ledger;
  const found: string[] = [];
  const log = await readLog(connection, PLACE, from, ({ number, payload }) => {
    if (number !== from + found.length) throw violation(`frame ${number} follows frame ${from + found.length - 1}`);
    found.push(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('latin1'));
  });
  if (log.tornBytes > 0) outcome.happened('torn tail');
  if (log.carried.length > 0) outcome.happened('carried');
  if (log.strays.length > 0) outcome.happened('stray segment');
  if (isDamaged) outcome.happened('harmless damage');
  compare(ledger, from, found);

  const clock = new SimulatedClock();
  const options = {
    ...PLACE, ...settings, clock, epoch: ledger.life + 1,
    listener: {
      full: () => outcome.happened('full'),
      resumed: () => outcome.happened('resumed'),
      failed: (_error: LogFailedError) => outcome.happened('fsync failed'),
    },
  };
  const writer = await SegmentedLog.open(connection, options, log);
  // What was found is what follows builds on. Until then, what was never confirmed may come and go.
  ledger.frames.splice(from - 1 + found.length);
  for (const sent of ledger.frames.slice(from - 1)) sent.acknowledged = true;
  const { life } = disk;
  /** A process that is gone still runs here, as far as it does not need the disk. */
  const isAlive = (): boolean => disk.life === life && writer.failure === undefined;
  for (let round = 0; round < 60 && isAlive(); round++) {
    if (settings.fills && random.chance(0.1)) disk.capacity = random.below(3 * settings.largest) + [...disk.files().values()].reduce((a, b) => a + b, 0);
    if (random.chance(0.1)) {
      disk.capacity = Infinity;
      clock.pass(1000);
    }
    const waiting = appendSome(random, ledger, settings, writer);
    if (random.chance(0.3)) await Promise.race([Promise.allSettled(waiting), someTurns(60)]);
    else await someTurns(random.below(8));
    if (isAlive() && random.chance(0.1) && writer.confirmedFrame > ledger.from) {
      ledger.from += random.below(writer.confirmedFrame - ledger.from + 1);
      if ((await writer.dropBefore(ledger.from)) > 0) outcome.happened('segments dropped');
    }
  }
  if (isAlive() && random.chance(0.5)) {
    disk.capacity = Infinity;
    const flushed = writer.flush();
    flushed.catch(() => {});
    while (writer.pendingBytes > 0 && isAlive()) {
      clock.pass(1000);
      await someTurns(20);
    }
    await flushed;
    await writer.close();
    outcome.happened('closed');
  }
}

function appendSome(random: SeededRandom, ledger: Ledger, settings: Settings, writer: SegmentedLog): Promise<void>[] {
  const waiting: Promise<void>[] = [];
  for (let count = random.below(5); count > 0 && writer.failure === undefined; count--) {
    const size = random.below(settings.largest);
    const filler = random.chance(0.3) ? '\0' : random.chance(0.5) ? '\xd5' : 'x';
    const sent: Sent = { text: `${ledger.life}:${ledger.frames.length}:${filler.repeat(size)}`, acknowledged: false };
    ledger.frames.push(sent);
    const { durable } = writer.append(1, Buffer.from(sent.text, 'latin1'));
    waiting.push(durable.then(() => {
      sent.acknowledged = true;
    }));
    for (const each of waiting) each.catch(() => {});
  }
  return waiting;
}

/** Compares what was found with what was sent. */
function compare(ledger: Ledger, from: number, found: readonly string[]): void {
  const { frames } = ledger;
  for (const [index, text] of found.entries()) {
    const sent = frames[from - 1 + index];
    if (sent?.text !== text) {
      throw violation(`frame ${from + index} is ${shown(text)}, and ${sent === undefined ? 'none' : shown(sent.text)} was appended`);
    }
  }
  const lost = frames.findIndex(({ acknowledged }, index) => acknowledged && index >= from - 1 + found.length);
  if (lost !== -1) throw violation(`frame ${lost + 1} was confirmed, and the log ends with frame ${from - 1 + found.length}`);
}

/** The seed is added where it is known. */
function violation(what: string): Error {
  return Object.assign(new Error(what), { name: 'Violation' });
}

function shown(text: string): string {
  return `"${text.slice(0, 12)}" of ${text.length} bytes`;
}

async function someTurns(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await Promise.resolve();
}
