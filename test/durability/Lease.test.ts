import { expect } from 'chai';
import { FencedError, Lease, type LeaseOptions, type LeaseOwner } from '../../src/durability';
import { ManualClock } from '../../src/ports/ManualClock';
import { SeededRandom } from '../support/simulation/SeededRandom';
import { SimulatedDisk } from '../support/simulation/SimulatedDisk';

const owner = (id: string): LeaseOwner => ({ id, host: 'here', boot: 'b', process: 1, processStart: '0' });

describe('Lease', () => {
  let clock: ManualClock;
  let simulated: SimulatedDisk;

  const acquire = (id: string, options: Partial<LeaseOptions> = {}, isWanted?: () => boolean): Promise<Lease | undefined> =>
    Lease.acquire(simulated.connect(), { folder: 'lease', owner: owner(id), clock, ...options }, isWanted);

  const failureOf = (work: Promise<unknown>): Promise<unknown> => work.then(() => expect.fail('it should have failed'), (thrown: unknown) => thrown);

  beforeEach(() => {
    clock = new ManualClock();
    simulated = new SimulatedDisk(new SeededRandom(1));
  });

  it('is given at once where nobody has it, with a larger epoch each time', async () => {
    const first = await acquire('a');
    await first!.check();
    await first!.release();
    const second = await acquire('b');
    expect([first?.epoch, second?.epoch]).to.deep.equal([1, 2]);
    await second!.release();
  });

  it('is waited for as long as its owner lives, and says whose it is', async () => {
    const first = await acquire('a');
    const waitedFor: (string | undefined)[] = [];
    let second: Lease | undefined;
    void acquire('b', { onWaiting: (other) => waitedFor.push(other?.id) }).then((lease) => {
      second = lease;
    });
    await clock.advance(60_000);
    expect([second, waitedFor]).to.deep.equal([undefined, ['a']]);
    await first!.release();
    await clock.advance(2000);
    expect(second?.epoch).to.equal(2);
    await second!.release();
  });

  it('is taken from an owner that does not show itself for 10 s, which is then fenced', async () => {
    const first = await acquire('a', { beatInterval: 1e9 });
    let second: Lease | undefined;
    void acquire('b').then((lease) => {
      second = lease;
    });
    await clock.advance(9000);
    expect(second).to.equal(undefined);
    await clock.advance(3000);
    expect(second?.epoch).to.equal(2);
    const error = await failureOf(first!.check());
    expect(error).to.be.instanceOf(FencedError);
    expect((error as Error).message).to.contain('disk/lease belongs to somebody else: owner 2 has taken over from owner 1');
    await second!.check();
    await second!.release();
    await first!.release();
  });

  it('is taken at once from an owner that is gone for certain', async () => {
    await acquire('a');
    simulated.crash('kill');
    const second = await acquire('b', { isGone: ({ id }) => id === 'a' });
    expect(second?.epoch).to.equal(2);
    await second!.release();
  });

  it('goes to one of several that wait', async () => {
    await acquire('a', { beatInterval: 1e9 });
    const epochs: number[] = [];
    const leases: Lease[] = [];
    let isWanted = true;
    for (const id of ['b', 'c', 'd']) {
      void acquire(id, {}, () => isWanted).then((lease) => {
        if (lease === undefined) return;
        leases.push(lease);
        epochs.push(lease.epoch);
      });
    }
    await clock.advance(40_000);
    expect(epochs).to.deep.equal([2]);
    isWanted = false;
    await clock.advance(4000);
    expect(epochs).to.deep.equal([2]);
    await leases[0]!.release();
  });

  it('tells an owner that it has lost it', async () => {
    const lost: string[] = [];
    const first = await acquire('a', { onLost: (error) => lost.push(error.name) });
    const disk = simulated.connect();
    await (await disk.create('lease/000002.lease')).close();
    await clock.advance(2000);
    expect(lost).to.deep.equal(['FencedError']);
    expect(await failureOf(first!.check())).to.be.instanceOf(FencedError);
    await first!.release();
  });

  it('tells once that it cannot be renewed, and once more when that happens again', async () => {
    const told: string[] = [];
    const lease = await acquire('a', { onLost: (error) => told.push(error.message) });
    simulated.capacity = 0;
    await clock.advance(10_000);
    expect(told).to.have.length(1);
    expect(told[0]).to.include('could not be renewed').and.include('ENOSPC');
    simulated.capacity = Infinity;
    await clock.advance(4000);
    simulated.capacity = 0;
    await clock.advance(4000);
    expect(told).to.have.length(2);
    simulated.capacity = Infinity;
    await lease!.release();
  });

  it('leaves nothing behind that would have to be waited for where there was no room to take it', async () => {
    simulated.capacity = 0;
    expect(await failureOf(acquire('a'))).to.have.property('code', 'ENOSPC');
    simulated.capacity = Infinity;
    const lease = await acquire('a');
    await lease!.check();
    await lease!.release();
  });

  it('waits its time for an owner whose file a power cut has emptied', async () => {
    const disk = simulated.connect();
    await disk.makeFolder('lease');
    await (await disk.create('lease/000007.lease')).close();
    let lease: Lease | undefined;
    const waitedFor: (LeaseOwner | undefined)[] = [];
    void acquire('b', { onWaiting: (other) => waitedFor.push(other) }).then((taken) => {
      lease = taken;
    });
    await clock.advance(12_000);
    expect([lease?.epoch, waitedFor]).to.deep.equal([8, [undefined]]);
    await lease!.release();
  });

  it('leaves one file behind for each owner at most', async () => {
    for (let start = 0; start < 3; start++) {
      const lease = await acquire('a');
      await clock.advance(4000);
      await lease!.release();
    }
    expect([...simulated.files().keys()].sort()).to.deep.equal(['lease/000003.beat', 'lease/000003.lease']);
  });
});
