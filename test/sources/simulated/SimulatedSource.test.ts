import { expect } from 'chai';
import { ManualClock } from '../../../src/ports/ManualClock';
import { SimulatedSource, simulatedValue } from '../../../src/sources/simulated/SimulatedSource';
import type { SourceHost, SourceMessage, SourceProblem, SourceStatus } from '../../../src/sources/Source';

class Host implements SourceHost {
  readonly calls: { time: number; messages: readonly SourceMessage[] }[] = [];
  readonly statuses: SourceStatus[] = [];
  readonly problems: SourceProblem[] = [];
  answer: () => Promise<void> | undefined = () => undefined;

  constructor(readonly clock: ManualClock) {}

  store(messages: readonly SourceMessage[]): Promise<void> | undefined {
    this.calls.push({ time: this.clock.now(), messages });
    return this.answer();
  }
  status(status: SourceStatus): void {
    this.statuses.push(status);
  }
  problem(problem: SourceProblem): void {
    this.problems.push(problem);
  }
  get messages(): SourceMessage[] {
    return this.calls.flatMap((call) => call.messages);
  }
}

function setUp(sensors: number, rate: number, seed = 42): { clock: ManualClock; host: Host; source: SimulatedSource } {
  const clock = new ManualClock(5000);
  const host = new Host(clock);
  return { clock, host, source: new SimulatedSource({ sensors, rate, seed }, host, clock) };
}

describe('simulatedValue', () => {
  it('depends on its arguments, with two decimals, in a pleasant range', () => {
    for (let sensor = 1; sensor <= 20; sensor++) {
      for (let n = 1; n <= 200; n++) {
        const value = simulatedValue(42, sensor, n);
        expect(simulatedValue(42, sensor, n)).to.equal(value);
        expect(value).to.be.within(12, 28);
        expect(Math.round(value * 100) / 100).to.equal(value);
      }
    }
    const first = (seed: number, sensor: number): string =>
      Array.from({ length: 10 }, (_, index) => simulatedValue(seed, sensor, index + 1)).join();
    expect(new Set([first(1, 1), first(2, 1), first(1, 2), first(2, 2)]).size).to.equal(4);
  });

  it('moves slowly', () => {
    for (let n = 1; n < 500; n++) {
      expect(Math.abs(simulatedValue(42, 1, n + 1) - simulatedValue(42, 1, n))).to.be.lessThan(1.2);
    }
  });
});

describe('SimulatedSource', () => {
  it('spreads the sensors over the second and gives each its rate', async () => {
    const { clock, host, source } = setUp(10, 1);
    source.start();
    await clock.advance(3000);
    expect(host.calls.map((call) => call.time)).to.deep.equal(Array.from({ length: 30 }, (_, index) => 5100 + index * 100));
    expect(host.messages[0]).to.deep.equal({
      topic: 'simulated/sensor-01',
      payload: { sensor: 'sensor-01', value: simulatedValue(42, 1, 1), sequence: 1 },
    });
    expect(host.messages[29]).to.deep.equal({
      topic: 'simulated/sensor-10',
      payload: { sensor: 'sensor-10', value: simulatedValue(42, 10, 3), sequence: 3 },
    });
    await source.stop();
  });

  for (const [sensors, rate] of [
    [1, 1],
    [3, 0.5],
    [7, 3],
    [100, 10],
    [1000, 7],
    [1, 333],
  ] as const) {
    it(`gives ${String(sensors * rate * 20)} messages in 20 s (${String(sensors)} sensors, ${String(rate)}/s)`, async () => {
      const { clock, host, source } = setUp(sensors, rate);
      source.start();
      await clock.advance(20_020);
      const due = host.calls.filter((call) => call.time <= 25_000).flatMap((call) => call.messages).length;
      expect(due).to.be.within(sensors * rate * 20 - Math.ceil((sensors * rate) / 50), sensors * rate * 20);
      expect(host.messages.length).to.be.at.least(sensors * rate * 20);
      const times = host.calls.map((call) => call.time);
      for (let index = 1; index < times.length; index++) expect(times[index]! - times[index - 1]!).to.be.at.least(20 - 1e-6);
      await source.stop();
    });
  }

  it('has one timer, and none after stop', async () => {
    const { clock, host, source } = setUp(100, 10);
    source.start();
    source.start();
    expect(clock.pendingTimers).to.equal(1);
    await clock.advance(1000);
    expect(clock.pendingTimers).to.equal(1);
    await source.stop();
    expect(clock.pendingTimers).to.equal(0);
    const count = host.messages.length;
    await clock.advance(5000);
    expect(host.messages.length).to.equal(count);
    await source.stop();
  });

  it('gives the same values however the clock moves', async () => {
    const one = setUp(5, 20);
    const other = setUp(5, 20);
    one.source.start();
    other.source.start();
    await one.clock.advance(2000);
    for (let step = 0; step < 40; step++) await other.clock.advance(50);
    expect(one.host.messages).to.deep.equal(other.host.messages);
    await Promise.all([one.source.stop(), other.source.stop()]);
  });

  it('waits for a busy host, then makes up for what is owed', async () => {
    const { clock, host, source } = setUp(10, 10);
    let release: () => void = () => undefined;
    host.answer = () =>
      new Promise((resolve) => {
        release = resolve;
        // Work that waits on the clock does not hold the clock up.
        void clock.sleep(1000).then(resolve);
      });
    source.start();
    await clock.advance(900);
    expect(host.calls).to.have.length(1);
    expect(clock.pendingTimers).to.equal(1);
    host.answer = () => undefined;
    await clock.advance(1100);
    expect(host.messages).to.have.length(200);
    release();
    await source.stop();
  });

  it('stops only when the host has stored', async () => {
    const { clock, host, source } = setUp(1, 10);
    host.answer = () => clock.sleep(500);
    source.start();
    await clock.advance(150);
    let stopped = false;
    const stop = source.stop().then(() => {
      stopped = true;
    });
    await clock.advance(300);
    expect(stopped).to.equal(false);
    await clock.advance(500);
    await stop;
    expect(clock.pendingTimers).to.equal(0);
    expect(host.calls).to.have.length(1);
  });

  it('reports refused messages once, and goes on', async () => {
    const { clock, host, source } = setUp(1, 10);
    host.answer = () => Promise.reject(new Error('the buffer is full'));
    source.start();
    await clock.advance(500);
    expect(host.calls).to.have.length(5);
    expect(host.problems.map((problem) => problem.why)).to.deep.equal(['the buffer is full']);
    host.answer = () => {
      throw new Error('still full');
    };
    await clock.advance(500);
    expect(host.calls).to.have.length(10);
    host.answer = () => undefined;
    await clock.advance(100);
    host.answer = () => Promise.reject(new Error('full again'));
    await clock.advance(100);
    expect(host.problems).to.have.length(2);
    await source.stop();
  });

  it('does not make up for a long sleep', async () => {
    const { clock, host, source } = setUp(10, 1);
    host.answer = () => clock.sleep(3_600_000);
    source.start();
    await clock.advance(3_600_100);
    host.answer = () => undefined;
    await clock.advance(1000);
    expect(host.messages.length).to.be.within(10, 13);
    await source.stop();
  });

  it('writes as many digits as the sensors need', async () => {
    const { clock, host, source } = setUp(100, 1);
    source.start();
    await clock.advance(1000);
    expect(host.messages[0]?.topic).to.equal('simulated/sensor-001');
    expect(host.messages[99]?.topic).to.equal('simulated/sensor-100');
    expect(host.statuses).to.deep.equal([{ state: 'running', text: '100 sensors' }]);
    await source.stop();
  });

  it('refuses what it cannot do', () => {
    for (const [sensors, rate] of [
      [0, 1],
      [1.5, 1],
      [1, 0],
      [1, -1],
      [1, Number.NaN],
      [1, Infinity],
    ] as const) {
      expect(() => setUp(sensors, rate)).to.throw(RangeError, 'give');
    }
  });
});
