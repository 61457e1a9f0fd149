import { expect } from 'chai';
import { map, receiver, sink } from '../plans';
import { checkpoint, durablePlan, World } from './World';

const PASSWORD = 'canary-password-3Wd';
const VARIABLE = 'canary-variable-4Xe';
const WRONG = 'canary-payload-5Yf';

describe('what a graph with a checkpoint writes', () => {
  it('has no secret of a connection and no environment variable in it, also where drawings and dead letters are kept', async () => {
    const world = new World();
    const plan = durablePlan([
      receiver(), checkpoint('keeper', 'in', { interval: 1 }),
      map('m', 'keeper', 'if (typeof msg.payload === "string") throw new Error("not a number"); return msg.payload;'), sink('out', 'm'),
    ]);
    const options = { secrets: { 'broker/in': { username: 'u', password: PASSWORD } }, environment: { m: { TOKEN: VARIABLE } } };
    await world.start(plan, options);
    for (let batch = 0; batch < 3; batch++) {
      await world.offer([{ payload: batch, topic: 'a' }, { payload: WRONG, topic: 'a' }]);
      await world.clock.advance(1000);
    }
    await world.offer([{ payload: 1, topic: 'a' }]);
    world.kill();
    await world.start(plan, options);
    const disk = world.disk.connect();
    const files = await Promise.all([...world.disk.files()].map(async ([path, size]) =>
      ({ folder: path.split('/')[0], text: Buffer.from(await disk.read(path, 0, size)).toString('latin1') })));
    const holding = (text: string): unknown[] => files.filter((file) => file.text.includes(text)).map(({ folder }) => folder);
    // The test sees what is there: records are in the log, a record that went wrong is in the dead letters too, the drawing in its place.
    expect(holding(WRONG)).to.include.members(['dead', 'log']);
    expect(holding('not a number')).to.include('plans');
    expect(holding(PASSWORD)).to.deep.equal([]);
    expect(holding(VARIABLE)).to.deep.equal([]);
  });
});
