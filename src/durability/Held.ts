/** Where records of a source are in the log. */
export interface HeldRecords {
  /** The first of the frames that they are in, and the last: others may lie between them. */
  readonly number: number;
  readonly lastNumber: number;
  /** The number of the first record in them. */
  readonly first: number;
  /** The number after that of the last. */
  readonly end: number;
}

export interface HeldIntent {
  readonly number: number;
  readonly time: number;
  readonly upTo: ReadonlyMap<string, number>;
}

/** The frames that have all of certain records: the first and the last. */
export interface FrameSpan {
  readonly first: number;
  readonly last: number;
}

/** So many places are known of one source before they are made coarser: what waits in the log has no limit, and memory has. */
const MAXIMUM_PLACES = 16_384;
/** So few are left when they are made as fine again as they can be. */
const FEW_PLACES = 1024;

interface SourcePlaces {
  places: HeldRecords[];
  /** How many frames make a place. */
  framesPerPlace: number;
  /** How many the last place has. */
  inLast: number;
}

/** Which frames of the log the newest checkpoint does not cover: what tells how far back the next one needs the log. */
export class Held {
  readonly #records = new Map<string, SourcePlaces>();
  #intents: HeldIntent[] = [];

  /** @param number of the frame; frames come in order, and so do the records of a source */
  addRecords(source: string, number: number, first: number, end: number): void {
    if (first === end) return;
    const known = this.#records.get(source) ?? { places: [], framesPerPlace: 1, inLast: 0 };
    this.#records.set(source, known);
    const last = known.inLast < known.framesPerPlace ? known.places.pop() : undefined;
    known.inLast = last === undefined ? 1 : known.inLast + 1;
    known.places.push({ number: last?.number ?? number, lastNumber: number, first: last?.first ?? first, end });
    if (known.places.length <= MAXIMUM_PLACES) return;
    known.places = inPairs(known.places);
    known.framesPerPlace *= 2;
    known.inLast = known.framesPerPlace;
  }

  addIntent(intent: HeldIntent): void {
    this.#intents.push(intent);
  }

  /** The boundaries of a batch that is not in the newest checkpoint. */
  upToOf(time: number): ReadonlyMap<string, number> | undefined {
    return this.#intents.find((intent) => intent.time === time)?.upTo;
  }

  /** The first frame that has a record not in the batches up to this one, or the intent of a later batch. */
  firstNeeded(batch: number, upTo: ReadonlyMap<string, number>): number | undefined {
    const records = [...this.#records].flatMap(([source, { places }]) => places[placeOf(places, upTo.get(source) ?? 0)]?.number ?? []);
    const intent = this.#intents.find(({ time }) => time > batch)?.number;
    const all = intent === undefined ? records : [...records, intent];
    return all.length === 0 ? undefined : Math.min(...all);
  }

  /** Where records of a source are; undefined where not all of them are known. */
  framesOf(source: string, begin: number, end: number): FrameSpan | undefined {
    const places = this.#records.get(source)?.places ?? [];
    const first = places[placeOf(places, begin)];
    const last = places[placeOf(places, end - 1)];
    if (first === undefined || last === undefined || first.first > begin) return undefined;
    return { first: first.number, last: last.lastNumber };
  }

  dropBefore(frame: number): void {
    for (const [source, known] of this.#records) {
      const kept = known.places.findIndex(({ lastNumber }) => lastNumber >= frame);
      if (kept === -1) {
        this.#records.delete(source);
        continue;
      }
      known.places.splice(0, kept);
      if (known.places.length <= FEW_PLACES) known.framesPerPlace = 1;
    }
    this.#intents = this.#intents.filter(({ number }) => number >= frame);
  }
}

/** The index of the place that has this record; where none has, of the first one after it, or how many there are. */
function placeOf(places: readonly HeldRecords[], record: number): number {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((places[middle]?.end ?? 0) > record) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Half as many places, each of two: the log is kept, and read, a little further back than it need be. */
function inPairs(records: readonly HeldRecords[]): HeldRecords[] {
  const pairs: HeldRecords[] = [];
  for (let index = 0; index < records.length; index += 2) {
    const [one, other] = [records[index], records[index + 1]];
    if (one !== undefined) pairs.push(other === undefined ? one : { ...one, lastNumber: other.lastNumber, end: other.end });
  }
  return pairs;
}
