import { expect } from 'chai';
import { PlanFiles } from '../../../src/engine/durable/PlanFiles';
import type { Disk } from '../../../src/ports/Disk';
import { MemoryDisk } from '../../support/simulation/MemoryDisk';
import { planOf, receiver, sink } from '../plans';

const PLAN = planOf([receiver(), sink('out', 'in')]);

describe('PlanFiles', () => {
  it('looks at the disk once for a plan, however often it is to be kept, until plans are forgotten', async () => {
    const disk = new MemoryDisk();
    let looks = 0;
    const counted: Disk = new Proxy<Disk>(disk, {
      get: (target, name) => {
        if (name === 'list') looks++;
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
      },
    });
    const files = new PlanFiles(counted, 1);
    const name = await files.keep(PLAN);
    await files.keep(PLAN);
    await files.keep({ ...PLAN });
    expect(looks).to.equal(1);
    expect(await files.read(name)).to.deep.equal(PLAN);
    await files.forgetAllBut(new Set());
    expect(await files.read(name)).to.equal(undefined);
    expect(await files.keep(PLAN)).to.equal(name);
    expect(await files.read(name)).to.deep.equal(PLAN);
  });
});
