import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { freePort } from './freePort';

describe('freePort', () => {
  const server = createServer();
  let busy: number;

  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    busy = (server.address() as AddressInfo).port;
  });

  after(() => {
    server.close();
  });

  it('gives none that Linux (from 32768) or another system (from 49152) gives to somebody else by itself', async () => {
    for (let time = 0; time < 20; time++) expect(await freePort()).to.be.within(21_000, 31_999);
  });

  it('passes over one that is busy', async () => {
    const free = await freePort();
    const candidates = [busy, free];
    expect(await freePort(() => candidates.shift() ?? busy)).to.equal(free);
  });

  it('says so when it finds none', async () => {
    const error = await freePort(() => busy).catch((reason: unknown) => reason);
    expect(String(error)).to.match(/100 ports of 127\.0\.0\.1 .* are all busy/);
  });
});
