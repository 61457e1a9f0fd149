import { expect } from 'chai';
import { MemoryDisk } from '../support/simulation/MemoryDisk';
import { openGraph, outcomeOf, writeSampleGraph } from '../support/simulation/sampleGraph';

/** What a start after damage may say; anything else is a mistake. */
const REFUSALS = ['DamagedFileError', 'MissingRecordsError', 'NewerFormatError', 'DurabilityError'];

describe('a damaged folder', () => {
  let files: ReadonlyMap<string, Uint8Array>;
  let undamaged: string;

  before(async () => {
    const disk = new MemoryDisk();
    await writeSampleGraph(disk);
    files = disk.files;
    undamaged = await outcomeOf(await openGraph(new MemoryDisk(files)));
  });

  /** @returns how a start fared: the name of its error, `fallback`, or `same`; anything else that it gave back is silently wrong. */
  async function startWith(changed: ReadonlyMap<string, Uint8Array>, what: string): Promise<string> {
    try {
      const opened = await openGraph(new MemoryDisk(changed));
      expect(await outcomeOf(opened), what).to.equal(undamaged);
      return opened.recovery.quarantined.length > 0 ? 'fallback' : 'same';
    } catch (thrown) {
      const { name, message } = thrown as Error;
      if (!REFUSALS.includes(name)) throw new Error(`${what}: ${name}: ${message}`, { cause: thrown });
      return name;
    }
  }

  it('is as it should be for this test', () => {
    const paths = [...files.keys()].sort();
    expect(paths.filter((path) => path.startsWith('log/')).length).to.be.within(3, 8);
    // Two that are kept, and one file of an earlier one for each.
    expect(paths.filter((path) => path.startsWith('ckpt/'))).to.have.length(4);
    const [, sum, , batches, waiting, sources] = JSON.parse(undamaged) as [string, number, number, string[], string[], string[]];
    // Records 1 to 23 in batches, and 24 waits.
    expect(sum).to.equal(23 * 24 / 2);
    expect(batches).to.deep.equal([
      '1795348807000 {"plan":"p1"} wire,20,mqtt,7 18 19,20 text 7 1 file table NaN,0,1',
      '1795348808000 {"plan":"p1"} wire,23,mqtt,8 21 22,23 text 8 1  ',
    ]);
    expect(waiting).to.deep.equal(['wire 23 24']);
    expect(sources).to.deep.equal(['mqtt 8 7,8 [] 8', 'wire 24  [["place",{"offset":24}],["place 0",8],["place 1",7]] 24']);
  });

  it('is never read as something else, whichever byte is changed', async function () {
    this.timeout(30_000);
    const outcomes = new Map<string, number>();
    for (const [path, bytes] of files) {
      const folder = path.split('/')[0]!;
      for (let offset = 0; offset < bytes.length; offset++) {
        for (const mask of [1 << offset % 8, 0xff]) {
          const damaged = Uint8Array.from(bytes);
          damaged[offset] = damaged[offset]! ^ mask;
          const outcome = await startWith(new Map([...files, [path, damaged]]), `${path}, byte ${offset}, mask ${mask}`);
          const key = `${folder} ${outcome}`;
          outcomes.set(key, (outcomes.get(key) ?? 0) + 1);
        }
      }
    }
    console.log(`      ${[...outcomes].map(([outcome, count]) => `${outcome} ${count}`).join(', ')}`);
    // One damaged checkpoint is no reason to refuse, and damage to a log that is needed is one.
    const allowed = ['ckpt fallback', 'ckpt same', 'log DamagedFileError', 'log MissingRecordsError', 'log same'];
    expect([...outcomes.keys()].filter((key) => !allowed.includes(key))).to.deep.equal([]);
    expect(outcomes.get('log DamagedFileError')).to.be.greaterThan(1000);
    expect(outcomes.get('ckpt fallback')).to.be.greaterThan(500);
  });

  it('is never read as something else, wherever a file ends too early', async function () {
    this.timeout(30_000);
    const paths = [...files.keys()].filter((path) => path.startsWith('log/')).sort();
    for (const path of [...paths.slice(0, -1), ...[...files.keys()].filter((each) => each.startsWith('ckpt/'))]) {
      const bytes = files.get(path)!;
      for (let length = 0; length < bytes.length; length++) await startWith(new Map([...files, [path, bytes.subarray(0, length)]]), `${path}, ${length} bytes`);
    }
  });

  it('is refused when a segment in the middle or the oldest that is needed is missing', async () => {
    const paths = [...files.keys()].filter((path) => path.startsWith('log/')).sort();
    const outcomes: string[] = [];
    for (const path of paths.slice(0, -1)) {
      outcomes.push(await startWith(new Map([...files].filter(([each]) => each !== path)), path));
    }
    // The first ones are there for the older checkpoint alone.
    expect(outcomes.at(-1)).to.equal('MissingRecordsError');
    expect(outcomes.every((outcome) => ['same', 'MissingRecordsError'].includes(outcome)), outcomes.join()).to.be.true;
  });

  it('is refused when both checkpoints are gone, and the log does not reach back', async () => {
    const rest = new Map([...files].filter(([path]) => !path.startsWith('ckpt/')));
    expect(await startWith(rest, 'no checkpoints')).to.equal('MissingRecordsError');
  });

  it('is read where somebody has put other files into it, and refused where they look like its own', async () => {
    const text = Buffer.from('hello');
    const strangers: [string, Uint8Array][] = ['readme.txt', 'log/notes', 'log/1.seg', 'log/000001.seg.bak', 'ckpt/x.ck', 'ckpt/1.ck', 'ckpt/.DS_Store']
      .map((path) => [path, text]);
    expect(await startWith(new Map([...files, ...strangers]), 'strangers')).to.equal('same');
    expect(await startWith(new Map([...files, ['log/000099.seg', text]]), 'a text as segment')).to.equal('same');
    expect(await startWith(new Map([...files, ['log/000099.seg', Buffer.alloc(100, 'x')]]), 'a long text as segment')).to.equal('DamagedFileError');
    const [, segment] = [...files].filter(([path]) => path.startsWith('log/')).sort().at(-1)!;
    expect(await startWith(new Map([...files, ['log/000099.seg', segment]]), 'a segment under another number')).to.equal('DurabilityError');
    expect(await startWith(new Map([...files, ['ckpt/000000000000001.ck', text]]), 'a text as old checkpoint')).to.equal('same');
    expect(await startWith(new Map([...files, ['ckpt/999999999999999.ck', text]]), 'a text as checkpoint')).to.equal('fallback');
  });
});
