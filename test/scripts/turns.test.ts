import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { packageRoot } from '../support/packageRoot';

/** scripts/lib/turns.mjs, which is plain JavaScript. */
interface Turn {
  say(text: string): void;
  end(): void;
}
interface Module {
  readonly Turns: new (print: (text: string) => void) => { begin(): Turn };
}

describe('What several programs print at the same time', () => {
  let printed: string;
  let begin: () => Turn;

  beforeEach(async () => {
    const { Turns } = (await import(pathToFileURL(join(packageRoot, 'scripts/lib/turns.mjs')).href)) as Module;
    printed = '';
    const turns = new Turns((text) => {
      printed += text;
    });
    begin = () => turns.begin();
  });

  it('is heard at once from the first, and from the second when the first has ended', () => {
    const [first, second] = [begin(), begin()];
    second.say('B1 ');
    first.say('A1 ');
    expect(printed).to.equal('A1 ');
    second.say('B2 ');
    first.say('A2 ');
    first.end();
    expect(printed).to.equal('A1 A2 B1 B2 ');
    second.say('B3');
    expect(printed).to.equal('A1 A2 B1 B2 B3');
  });

  it('is not lost of those that end before their turn, in the order in which they began', () => {
    const [first, second, third] = [begin(), begin(), begin()];
    third.say('C');
    third.end();
    second.say('B');
    second.end();
    expect(printed).to.equal('');
    first.end();
    expect(printed).to.equal('BC');
    const fourth = begin();
    fourth.say('D');
    expect(printed).to.equal('BCD');
  });
});
