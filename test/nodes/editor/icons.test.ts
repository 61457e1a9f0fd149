import { expect } from 'chai';
import { SETS, listFiles, readText } from './palette';

describe('icons', () => {
  it('has one for each node, and no other', () => {
    expect(listFiles('icons', '.svg')).to.deep.equal(SETS.map((set) => `dstream-${set}.svg`).sort());
  });

  for (const set of SETS) {
    it(`${set} is white on transparent, 40 by 60, without scripts or references`, () => {
      const svg = readText('icons', `dstream-${set}.svg`);
      expect(svg).to.match(/^<svg width="40" height="60" viewBox="0 0 40 60" xmlns="http:\/\/www\.w3\.org\/2000\/svg">/);
      const colours = [...svg.matchAll(/(?:fill|stroke)="([^"]+)"/g)].map((match) => match[1]);
      expect(new Set(colours)).to.deep.equal(new Set(['none', '#fff']));
      expect(svg).to.not.match(/<script|href|<image|<style/);
    });
  }
});
