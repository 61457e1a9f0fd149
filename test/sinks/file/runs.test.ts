import { expect } from 'chai';
import { ManualClock } from '../../../src/ports/ManualClock';
import { FileSink } from '../../../src/sinks/file/FileSink';
import type { Roll } from '../../../src/sinks/file/FileSinkOptions';
import type { BatchOrigin } from '../../../src/sinks/Sink';
import { SeededRandom } from '../../support/simulation/SeededRandom';
import { SimulatedOutputFiles } from '../../support/simulation/SimulatedOutputFiles';
import { TestSinkHost } from '../TestSinkHost';

const SEEDS = 400;
const NOON = Date.UTC(2026, 10, 22, 12);

/** A batch that was written down. */
interface Intent {
  readonly run: string;
  readonly time: number;
  readonly payloads: readonly string[];
  /** Whether it was noted that the sink has it. */
  isNoted: boolean;
}

/** A folder of a checkpoint node: the batches since its last checkpoint. */
class Folder {
  intents: Intent[] = [];
  lastTime = 0;
}

/**
 * A sink over many lives of its graph: with a log in one of two folders, or without any, each ended by a crash that may take notes with
 * it. What was written down must be in the files once, whatever came between; what was not, at most once.
 */
class History {
  readonly files: SimulatedOutputFiles;
  readonly logged: string[] = [];
  /** What was delivered by lives without a log, and what was on its way when they ended. */
  readonly unlogged: string[] = [];
  readonly uncertain: string[] = [];
  readonly #random: SeededRandom;
  readonly #roll: Roll;
  readonly #folders = [new Folder(), new Folder()];
  #now = NOON;
  #runs = 0;
  #records = 0;

  constructor(seed: number, roll: Roll) {
    this.#random = new SeededRandom(seed);
    this.#roll = roll;
    this.files = new SimulatedOutputFiles(this.#random);
  }

  /** @returns the lives that were interrupted */
  async play(): Promise<number> {
    const lives = 3 + this.#random.below(6);
    let interrupted = 0;
    for (let life = 0; life < lives; life++) {
      // The clock of the machine may be set back.
      this.#now += this.#random.chance(0.2) ? -3000 : 1000;
      const crash = this.#random.chance(0.7) ? this.files.crashAfter(1 + this.#random.below(60), this.#random.pick(['kill', 'power'])) : undefined;
      if (await this.#live(this.#random.pick([undefined, ...this.#folders]), crash)) interrupted++;
      // One that has not come by then does not come in another life.
      void this.files.crashAfter(Infinity, 'kill');
    }
    // In the end everything that was written down runs again, undisturbed.
    for (const folder of this.#folders) await this.#live(folder, undefined);
    return interrupted;
  }

  /** @returns whether it was interrupted */
  async #live(folder: Folder | undefined, crash: Promise<void> | undefined): Promise<boolean> {
    const sink = new FileSink(
      { sink: 's', name: 'out', format: 'text', roll: this.#roll, columns: [] }, this.files.connect(), new TestSinkHost(), new ManualClock(0), () => 0.5,
    );
    const over = crash?.then(() => true) ?? new Promise<boolean>(() => undefined);
    const deliver = async (time: number, payloads: readonly string[], origin: BatchOrigin): Promise<boolean> => {
      const records = payloads.map((payload, index) => ({ payload, topic: '', key: null, id: `g/s/${String(time)}/${String(index)}`, count: 1 }));
      return Promise.race([sink.deliver(records, () => undefined, time, origin).then(() => false), over]);
    };
    const ended = await (folder === undefined ? this.#withoutLog(deliver) : this.#withLog(folder, deliver));
    // Notes ride with what is logged next: the last ones may be lost.
    if (ended) for (const intent of folder?.intents.slice(-2) ?? []) intent.isNoted &&= this.#random.chance(0.5);
    else if (folder !== undefined && this.#random.chance(0.3)) folder.intents = [];
    return ended;
  }

  async #withLog(folder: Folder, deliver: (time: number, payloads: readonly string[], origin: BatchOrigin) => Promise<boolean>): Promise<boolean> {
    const run = `run ${String(++this.#runs)}`;
    const runsAgain = new Set(folder.intents.map((intent) => intent.run));
    for (const intent of folder.intents) {
      if (intent.isNoted) continue;
      if (await deliver(intent.time, intent.payloads, { run: intent.run, runsAgain })) return true;
      intent.isNoted = true;
    }
    for (let batch = this.#random.below(4); batch > 0; batch--) {
      this.#now += 1000;
      const intent = { run, time: Math.max(this.#now, folder.lastTime + 1000), payloads: this.#payloads(), isNoted: false };
      folder.lastTime = intent.time;
      folder.intents.push(intent);
      this.logged.push(...intent.payloads);
      if (await deliver(intent.time, intent.payloads, { run })) return true;
      intent.isNoted = true;
    }
    return false;
  }

  async #withoutLog(deliver: (time: number, payloads: readonly string[], origin: BatchOrigin) => Promise<boolean>): Promise<boolean> {
    for (let batch = this.#random.below(4); batch > 0; batch--) {
      this.#now += 1000;
      const payloads = this.#payloads();
      if (await deliver(this.#now, payloads, { run: undefined })) {
        this.uncertain.push(...payloads);
        return true;
      }
      this.unlogged.push(...payloads);
    }
    return false;
  }

  #payloads(): string[] {
    return Array.from({ length: 1 + this.#random.below(3) }, () => `r${String(this.#records++)}`);
  }

  /** What somebody finds who reads the files; where each batch has one, those of the list. */
  get found(): string[] {
    const linesOf = (name: string): string[] => (this.files.content(name) ?? '').split('\n').slice(0, -1);
    if (this.#roll !== 'batch') return this.files.names.filter((name) => name.endsWith('.txt')).flatMap(linesOf);
    return linesOf('out.batches.jsonl').flatMap((line) => linesOf((JSON.parse(line) as { readonly file: string }).file));
  }
}

describe('FileSink over many starts of a graph', () => {
  for (const roll of ['day', 'batch'] as const) {
    it(`has what was written down once, whatever else wrote in between: ${roll}, ${String(SEEDS)} histories`, async function () {
      this.timeout(30_000);
      let interrupted = 0;
      for (let seed = 0; seed < SEEDS; seed++) {
        const history = new History(seed, roll);
        interrupted += await history.play();
        const certain = [...history.logged, ...history.unlogged];
        const found = history.found.filter((line) => !history.uncertain.includes(line));
        expect(found.sort(), `seed ${String(seed)}`).to.deep.equal(certain.sort());
        const rest = history.found.filter((line) => history.uncertain.includes(line));
        expect(new Set(rest).size, `seed ${String(seed)}, without a log`).to.equal(rest.length);
      }
      expect(interrupted).to.be.above(SEEDS);
    });
  }
});
