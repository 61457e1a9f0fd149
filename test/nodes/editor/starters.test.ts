import { expect } from 'chai';
import { hasReturn, isStarter, starterCode } from '../../../nodes/shared/editor/starters';
import { defaults } from './palette';

describe('editor starting code', () => {
  it('is what a new node holds', () => {
    expect(starterCode('javascript', 'map')).to.equal(defaults('map')['func']?.['value']);
  });

  it('exists for every language and mode, and is recognised', () => {
    for (const lang of ['javascript', 'jsonata']) {
      for (const mode of ['map', 'flatMap', 'filter']) {
        const code = starterCode(lang, mode);
        expect(code, `${lang} ${mode}`).to.not.equal('');
        expect(isStarter(`${code}\n`), code).to.equal(true);
        expect(lang !== 'javascript' || hasReturn(code), code).to.equal(true);
      }
    }
    expect(starterCode('cobol', 'map')).to.equal('');
  });

  it('never takes what the user wrote for starting code', () => {
    expect(isStarter('')).to.equal(true);
    expect(isStarter('return msg; // mine')).to.equal(false);
  });

  it('looks for return outside comments', () => {
    expect(hasReturn('if (msg.payload > 3) return msg;')).to.equal(true);
    expect(hasReturn('msg.payload * 2')).to.equal(false);
    expect(hasReturn('// return msg;')).to.equal(false);
    expect(hasReturn('/* return\n msg; */ msg')).to.equal(false);
    expect(hasReturn('msg.topic = "http://x"; return msg;')).to.equal(true);
    expect(hasReturn('const returned = 1;')).to.equal(false);
  });
});
