import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { isGone, ownIdentity, type ProcessIdentity } from '../../../src/ports/node/processIdentity';

describe('processIdentity', () => {
  const own = ownIdentity();
  const other = (change: Partial<ProcessIdentity>): ProcessIdentity => ({ ...own, ...change });

  it('differs with each thread and start of a program, and names the process', () => {
    expect(ownIdentity().id).to.not.equal(own.id);
    expect(own.process).to.equal(process.pid);
  });

  it('says of nobody that he is gone whom this machine does not know', () => {
    expect(isGone(other({ id: 'x', host: 'elsewhere', process: 1, processStart: '1' }))).to.equal(false);
    expect(isGone(other({ id: 'x', boot: '', process: 1, processStart: '' }))).to.equal(false);
  });

  it('knows on Linux who is gone: another start of the machine, a process that ended, a thread of this one', async () => {
    // Elsewhere only time tells.
    if (process.platform !== 'linux') return;
    expect(isGone(other({ id: 'x', boot: 'another' }))).to.equal(true);
    expect(isGone(other({ id: 'x' }))).to.equal(true);
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000); console.log("up")'], { stdio: ['ignore', 'pipe', 'ignore'] });
    await once(child.stdout, 'data');
    const { pid } = child;
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    const living = other({ id: 'child', process: pid ?? 0, processStart: stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '' });
    expect(isGone(living)).to.equal(false);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(isGone(living)).to.equal(true);
  });

  it('is not deceived by a process that has the number of one that is gone, as the first one of a container has', () => {
    if (process.platform !== 'linux') return;
    expect(isGone(other({ id: 'before', processStart: '1' }))).to.equal(true);
  });
});
