import type { Clock, Timer } from '../../ports/Clock';
import type { OutputFiles } from '../../ports/OutputFiles';
import type { Random } from '../../ports/Random';
import { UnsendableError } from '../encode';
import { backOff, retryText, Waits } from '../retry';
import type { BatchOrigin, Settled, Sink, SinkHost, SinkProblem, SinkRecord, SinkStatus } from '../Sink';
import { CommittedFiles } from './CommittedFiles';
import { columnsOf, csvHeader, csvRow } from './csv';
import { batchFile, manifestFile, periodOf } from './fileNames';
import { columnsLeftOut, failureOf, unwritable } from './fileProblems';
import type { FileSinkOptions } from './FileSinkOptions';
import { jsonLine, textLine } from './lines';
import type { FormerRun, Manifest, Reached } from './Manifest';

/** Characters of lines that are made into bytes at once. */
const PIECE = 1_048_576;

/** ms that whatever the disk is doing may still take when the sink is stopped. */
const LAST_WAIT = 1500;

/** How many runs before the last are remembered. Who was paused for longer than these took has lost its place long ago. */
const FORMER_RUNS = 8;

/** Records as they will stand in a file. */
interface Written {
  readonly lines: readonly string[];
  readonly refused: ReadonlyMap<SinkRecord, SinkProblem>;
  readonly columns: readonly string[] | null;
}

/** One delivery, however often it is tried. */
interface Delivery {
  readonly records: readonly SinkRecord[];
  readonly batchTime: number;
  readonly origin: BatchOrigin;
  attempts: number;
  /** The name of the batch's own file, once it is chosen: the same at each attempt. */
  name: string | undefined;
}

/**
 * Writes a line for each record, each once: what is in the files is known from a manifest, and what a crash left behind it is cut
 * off. A batch that is delivered again, because nobody knew any more that it had been written, is not written again.
 *
 * It relies on being told which batches come again, on these coming in the order of their times, and on the same batch having the
 * same records then. A batch that a start brings for the first time is written whatever is there: a graph that kept no log for a while
 * has batches of the same times, and so has one whose clock was set back. A start that another one has followed brings nothing new.
 * While the disk takes nothing, batches wait, and it is tried again.
 */
export class FileSink implements Sink {
  readonly #options: FileSinkOptions;
  readonly #files: OutputFiles;
  readonly #committed: CommittedFiles;
  readonly #host: SinkHost;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #waits: Waits;
  #stopped = false;
  /** Called when the sink is stopped, so that nobody waits for the disk any longer. */
  #release: () => void = () => undefined;
  #working: Promise<unknown> = Promise.resolve();
  #status: SinkStatus | undefined;
  /** The kinds of problems told since the last success, so that each is told once. */
  readonly #told = new Set<string>();
  /** Properties without a column that were told. */
  readonly #leftOut = new Set<string>();

  /** @param random spreads the attempts of many sinks after a disk is there again */
  constructor(options: FileSinkOptions, files: OutputFiles, host: SinkHost, clock: Clock, random: Random = Math.random) {
    this.#options = options;
    this.#files = files;
    this.#host = host;
    this.#clock = clock;
    this.#random = random;
    this.#waits = new Waits(clock);
    this.#committed = new CommittedFiles(options, files, (problem) => {
      if (!this.#stopped) host.problem(problem);
    });
  }

  start(): void {
    // There is nothing to open before there is something to write.
  }

  deliver(records: readonly SinkRecord[], settled: Settled, batchTime: number, origin: BatchOrigin = { run: undefined }): Promise<void> {
    const work = this.#deliver({ records, batchTime, origin, attempts: 0, name: undefined }, settled);
    this.#working = work;
    return Promise.race([work, new Promise<void>((resolve) => (this.#release = resolve))]);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#waits.end();
    let timer: Timer | undefined;
    const over = new Promise<void>((resolve) => {
      timer = this.#clock.schedule(LAST_WAIT, resolve);
    });
    await Promise.race([this.#working, over]);
    timer?.cancel();
    this.#release();
  }

  async #deliver(delivery: Delivery, settled: Settled): Promise<void> {
    while (!this.#stopped) {
      delivery.attempts++;
      const writing = this.#write(delivery);
      this.#clock.track(writing.catch(() => undefined));
      let refused: ReadonlyMap<SinkRecord, SinkProblem>;
      try {
        refused = await writing;
      } catch (thrown) {
        this.#committed.forget();
        if (this.#isStopped()) return;
        await this.#waitAfter(thrown, delivery.attempts);
        continue;
      }
      this.#told.clear();
      this.#report({ state: 'running', text: 'writing' });
      // Only now: until everything is certain nothing is, so that the same is tried again as a whole.
      for (const record of delivery.records) settled(record, refused.get(record));
      return;
    }
  }

  /** One attempt. @returns what cannot be written */
  async #write(delivery: Delivery): Promise<ReadonlyMap<SinkRecord, SinkProblem>> {
    const manifest = await this.#committed.read();
    const fresh = this.#notYetThere(delivery, manifest);
    const { lines, refused, columns } = this.#linesOf(fresh, manifest);
    if (lines.length === 0) return refused;
    const { batchTime, origin: { run } } = delivery;
    const pieces = isOf(delivery, manifest) ? manifest.pieces : 0;
    let announced = await this.#committed.file(manifest, periodOf(this.#options.roll, batchTime), columns);
    const { file } = announced;
    let content: readonly Uint8Array[];
    if (this.#options.roll === 'batch') {
      const own = this.#content(lines, columns);
      const name = await this.#ownFile(delivery, manifest, pieces);
      if (comesBack(delivery, manifest) || name !== batchFile(this.#options, batchTime, pieces, 1)) {
        announced = { ...announced, announced: { batch: batchTime, pieces, name } };
        await this.#committed.commit(announced);
      }
      await this.#committed.make(name, own);
      const length = own.reduce((sum, { length: bytes }) => sum + bytes, 0);
      content = [Buffer.from(`${JSON.stringify({ batch: batchTime, file: name, length, records: lines.length })}\n`, 'utf8')];
    } else {
      content = this.#content(lines, file.length === 0 ? columns : null);
    }
    const length = await this.#committed.append(file, content);
    const reached = reachedBy(run, manifest);
    const parts = { ...(reached?.batch === batchTime ? reached.parts : {}) };
    for (const record of fresh) parts[partOf(record)] = numberOf(record) + 1;
    const { announced: _made, newest: _newest, ...others } = announced;
    const newest = comesBack(delivery, manifest) ? { newest: manifest.newest ?? manifest.batch ?? batchTime } : {};
    await this.#committed.commit({
      ...others, batch: batchTime, run, former: formerRuns(manifest, run), parts, pieces: pieces + 1, file: { ...file, length }, ...newest,
    });
    return refused;
  }

  /** The records that are not in the files. */
  #notYetThere(delivery: Delivery, manifest: Manifest): readonly SinkRecord[] {
    const { records, batchTime, origin, attempts } = delivery;
    const { batch, run } = manifest;
    // A process that was paused while another one took over: its batch is there, or the other one writes it.
    const isFormer = manifest.former?.some((each) => each.run === origin.run) === true;
    if (isFormer && origin.runsAgain?.has(origin.run) !== true) return [];
    // Within one start batch times only rise, so a batch of the same start and time is the same batch, whatever became of its note.
    const isSameStart = run !== undefined && run === origin.run;
    // What came up to a batch, in the order of the times, is there.
    if (batch !== null && batch > batchTime && (isSameStart || origin.runsAgain?.has(run) === true)) return [];
    // So is what its own run came to, whatever was written since: by the graph without a log, say, or with one elsewhere.
    const reached = reachedBy(origin.run, manifest);
    if (reached?.batch !== batchTime) return isFormer && (reached?.batch ?? -Infinity) > batchTime ? [] : records;
    // A part that comes for the first time has no number yet; what could not be made certain at an attempt before has.
    const mayBeThere = isSameStart || origin.runsAgain !== undefined || attempts > 1;
    return mayBeThere ? records.filter((record) => !isIn(reached, record)) : records;
  }

  #linesOf(records: readonly SinkRecord[], manifest: Manifest): Written {
    const { format } = this.#options;
    const lines: string[] = [];
    const refused = new Map<SinkRecord, SinkProblem>();
    let columns = format !== 'csv' ? manifest.columns : this.#options.columns.length > 0 ? this.#options.columns : manifest.columns;
    const leftOut: string[] = [];
    for (const record of records) {
      try {
        if (format === 'csv') {
          const used: readonly string[] = columns ?? columnsOf(record.payload);
          lines.push(csvRow(record.payload, used));
          columns = used;
          this.#noteLeftOut(columnsOf(record.payload), used, leftOut);
        } else {
          lines.push(format === 'json' ? jsonLine(record.payload) : textLine(record.payload));
        }
      } catch (error) {
        if (!(error instanceof UnsendableError)) throw error;
        refused.set(record, unwritable(error.message));
      }
    }
    if (leftOut.length > 0 && !this.#stopped) this.#host.problem(columnsLeftOut(leftOut));
    return { lines, refused, columns };
  }

  #noteLeftOut(names: readonly string[], columns: readonly string[], leftOut: string[]): void {
    for (const name of names) {
      // Names come from others, so what is kept of them is bounded.
      if (columns.includes(name) || this.#leftOut.has(name) || this.#leftOut.size >= 1000) continue;
      this.#leftOut.add(name);
      leftOut.push(name);
    }
  }

  /** Lines as bytes. @param header columns that are named first, or null */
  #content(lines: readonly string[], header: readonly string[] | null): Uint8Array[] {
    const isCsv = this.#options.format === 'csv';
    const end = isCsv ? '\r\n' : '\n';
    const pieces: Uint8Array[] = [];
    let text = isCsv && header !== null ? `${csvHeader(header)}${end}` : '';
    for (const line of lines) {
      text += line + end;
      if (text.length < PIECE) continue;
      pieces.push(Buffer.from(text, 'utf8'));
      text = '';
    }
    if (text !== '') pieces.push(Buffer.from(text, 'utf8'));
    return pieces;
  }

  /** The name of a batch's own file. Where the batch comes again, a file that is there may be what a crash left of it. */
  async #ownFile(delivery: Delivery, manifest: Manifest, pieces: number): Promise<string> {
    delivery.name ??= await this.#chooseName(delivery, manifest, pieces);
    return delivery.name;
  }

  async #chooseName(delivery: Delivery, manifest: Manifest, pieces: number): Promise<string> {
    const { batchTime, origin: { runsAgain } } = delivery;
    const nameOf = (number: number): string => batchFile(this.#options, batchTime, pieces, number);
    const { announced } = manifest;
    if (announced?.batch === batchTime && announced.pieces === pieces) return announced.name;
    return runsAgain === undefined || comesBack(delivery, manifest) ? this.#committed.freeName(nameOf) : nameOf(1);
  }

  async #waitAfter(thrown: unknown, failures: number): Promise<void> {
    const { problem, text, isLasting } = failureOf(thrown, this.#files.location, manifestFile(this.#options));
    const pause = backOff(failures, this.#random);
    this.#tell(problem);
    this.#report({ state: isLasting ? 'failed' : 'waiting', text: `${text}, ${retryText(this.#clock.now() + pause)}` });
    await this.#waits.wait(pause);
  }

  /** Asked anew: it may have changed while something was awaited. */
  #isStopped(): boolean {
    return this.#stopped;
  }

  #report(status: SinkStatus): void {
    if (this.#stopped || (status.state === this.#status?.state && status.text === this.#status.text)) return;
    this.#status = status;
    this.#host.status(status);
  }

  #tell(problem: SinkProblem): void {
    if (this.#stopped || this.#told.has(problem.code)) return;
    this.#told.add(problem.code);
    this.#host.problem(problem);
  }
}

/** Whether the batch that was written last is the one that is delivered, and not another one of the same time. */
function isOf({ batchTime, origin }: Delivery, { batch, run }: Manifest): boolean {
  return batch === batchTime && run === origin.run;
}

/** The runs that are over when something of `run` is written. */
function formerRuns({ former, run: last, batch, parts }: Manifest, run: string | undefined): readonly FormerRun[] | undefined {
  if (last === undefined || last === run) return former;
  return [...(former ?? []).filter((each) => each.run !== last), { run: last, batch, parts }].slice(-FORMER_RUNS);
}

/** How far a run came that wrote something; undefined where nothing is known of it. */
function reachedBy(run: string | undefined, manifest: Manifest): Reached | undefined {
  return run === manifest.run ? manifest : manifest.former?.find((each) => each.run === run);
}

/** Whether a message of the last batch is in the files. */
function isIn({ parts }: Reached, record: SinkRecord): boolean {
  return numberOf(record) < (parts[partOf(record)] ?? 0);
}

/**
 * Whether there may be files of another batch of this time: the graph kept no log then, or another one. What is made beside them is
 * announced, or nobody could tell them from what a crash leaves.
 */
function comesBack(delivery: Delivery, manifest: Manifest): boolean {
  const { newest, batch } = manifest;
  if (newest !== undefined) return delivery.batchTime <= newest;
  return batch !== null && delivery.batchTime <= batch && !isOf(delivery, manifest);
}

/** What the names of all messages of a part of a batch begin with. */
function partOf({ id }: SinkRecord): string {
  return id.slice(0, id.lastIndexOf('/') + 1);
}

/** The number of a message in its part: the end of its id. */
function numberOf({ id }: SinkRecord): number {
  return Number(id.slice(id.lastIndexOf('/') + 1));
}
