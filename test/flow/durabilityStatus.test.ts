import { expect } from 'chai';
import type { DurabilityFigures } from '../../src/engine/Engine';
import { durabilityStatus } from '../../src/flow/durabilityStatus';

const figures = (more: Partial<DurabilityFigures>): DurabilityFigures => ({
  state: 'running', text: '', logBytes: 1_200_000, checkpointBytes: 340_000, checkpointTime: 92_000, deadLetters: 0, ...more,
});
const shown = (more: Partial<DurabilityFigures>): string => {
  const { fill, shape, text } = durabilityStatus(figures(more), 100_000);
  return `${String(fill)} ${String(shape)}: ${String(text)}`;
};

describe('durabilityStatus', () => {
  it('shows size and age of what is on the disk while all is well', () => {
    expect(shown({})).to.equal('green dot: log 1.2 MB · state 340 kB · 8 s ago');
    const { checkpointTime: _none, ...without } = figures({});
    expect(durabilityStatus(without, 100_000).text).to.equal('log 1.2 MB · no checkpoint yet');
  });

  it('shows dead letters, and what the engine says, before that', () => {
    expect(shown({ deadLetters: 1 })).to.equal('yellow dot: 1 dead letter · log 1.2 MB · state 340 kB · 8 s ago');
    expect(shown({ deadLetters: 3 })).to.match(/^yellow dot: 3 dead letters · /);
    expect(shown({ text: 'a sink is not reached' })).to.equal('yellow dot: log 1.2 MB · a sink is not reached');
  });

  it('shows dead letters that were lost, and why others are not counted', () => {
    expect(shown({ deadLetters: 7, deadLettersRemoved: 2, deadLettersRefused: 1 })).to.match(/^yellow dot: dead letters: 3 lost, 7 kept · log /);
    expect(shown({ deadLettersRefused: 1, deadLettersProblem: 'EIO' })).to.match(/^yellow dot: dead letters: 1 lost · log /);
    expect(shown({ deadLettersProblem: 'EACCES' })).to.equal('yellow dot: dead letters: EACCES · log 1.2 MB');
  });

  it('says what keeps the graph from running, or from being safe', () => {
    expect(shown({ state: 'opening' })).to.equal('blue ring: opening the log');
    expect(shown({ state: 'waiting', text: 'in use by host pump-7' })).to.equal('yellow ring: waiting: in use by host pump-7');
    expect(shown({ state: 'waiting' })).to.equal('yellow ring: waiting: the folder is in use');
    expect(shown({ state: 'recovering' })).to.equal('blue dot: recovering');
    const recovered = { batches: 3, records: 5, milliseconds: 1, tornBytes: 0 };
    expect(shown({ state: 'recovering', recovered })).to.equal('blue dot: recovering: 3 batches');
    expect(shown({ state: 'recovering', recovered: { ...recovered, batches: 1 } })).to.equal('blue dot: recovering: 1 batch');
    expect(shown({ state: 'recovering', text: '2 of 3 batches' })).to.equal('blue dot: recovering: 2 of 3 batches');
    expect(shown({ state: 'full', text: 'no space left on the disk' })).to.equal('red ring: full: no space left on the disk');
    expect(shown({ state: 'full' })).to.equal('red ring: full: there is no room on the disk');
  });

  it('fits under a node', () => {
    expect(durabilityStatus(figures({ state: 'full', text: 'x'.repeat(200) }), 0).text).to.have.length(60);
  });
});
