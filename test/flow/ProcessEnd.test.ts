import { EventEmitter } from 'node:events';
import { expect } from 'chai';
import { ProcessEnd } from '../../src/flow/ProcessEnd';
import { ManualClock } from '../../src/ports/ManualClock';

class FakeProcess extends EventEmitter {
  readonly pid = 7;
  readonly killed: string[] = [];

  kill(pid: number, signal: NodeJS.Signals): void {
    this.killed.push(`${String(pid)} ${signal}`);
  }
}

describe('ProcessEnd', () => {
  let clock: ManualClock;
  let process: FakeProcess;
  let end: ProcessEnd;
  beforeEach(() => {
    clock = new ManualClock(0);
    process = new FakeProcess();
    end = new ProcessEnd(process, clock);
    end.listen();
  });

  it('is near when Node-RED hears of a signal, and no longer when nothing came of it', async () => {
    const seen: boolean[] = [];
    process.on('SIGTERM', () => seen.push(end.isNear));
    expect(end.isNear).to.equal(false);
    process.emit('SIGTERM', 'SIGTERM');
    expect(seen).to.deep.equal([true]);
    expect(process.killed).to.deep.equal([]);
    await clock.advance(10_000);
    expect(end.isNear).to.equal(false);
  });

  it('hears it before those who listened already', () => {
    const late = new FakeProcess();
    const seen: boolean[] = [];
    const other = new ProcessEnd(late, clock);
    late.on('SIGINT', () => seen.push(other.isNear));
    other.listen();
    late.emit('SIGINT', 'SIGINT');
    expect(seen).to.deep.equal([true]);
  });

  it('lets the process end as it would without it, where nobody else listens', () => {
    process.emit('SIGINT', 'SIGINT');
    expect(process.killed).to.deep.equal(['7 SIGINT']);
    expect(process.listenerCount('SIGINT')).to.equal(0);
  });

  it('listens once, and leaves nothing behind', () => {
    end.listen();
    expect(process.listenerCount('SIGTERM')).to.equal(1);
    end.forget();
    expect(process.eventNames()).to.deep.equal([]);
  });
});
