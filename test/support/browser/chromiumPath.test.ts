import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { chromiumPath } from './chromiumPath';

describe('chromiumPath', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'dstream-chromium-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function program(name: string): string {
    const path = join(folder, name);
    writeFileSync(path, '');
    chmodSync(path, 0o755);
    return path;
  }

  it('is the first of the usual names in PATH', () => {
    const other = program('google-chrome');
    expect(chromiumPath({ PATH: `/nowhere:${folder}` })).to.equal(other);
    const usual = program('chromium');
    expect(chromiumPath({ PATH: `/nowhere:${folder}` })).to.equal(usual);
  });

  it('is what CHROMIUM_PATH names, where that is set', () => {
    program('chromium');
    const own = program('mine');
    expect(chromiumPath({ PATH: folder, CHROMIUM_PATH: own })).to.equal(own);
    expect(() => chromiumPath({ PATH: folder, CHROMIUM_PATH: join(folder, 'other') })).to.throw(/other, which is not a program.*leave/);
  });

  it('says what to do where there is none', () => {
    expect(() => chromiumPath({ PATH: folder })).to.throw(/needs Chromium.*apt-get install chromium.*CHROMIUM_PATH/);
    expect(() => chromiumPath({})).to.throw(/needs Chromium/);
    mkdirSync(join(folder, 'sub'));
    writeFileSync(join(folder, 'chromium'), 'not a program');
    expect(() => chromiumPath({ PATH: folder })).to.throw(/needs Chromium/);
  });
});
