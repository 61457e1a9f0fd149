import { expect } from 'chai';
import { stateLosses, whenDeployed } from '../../../../nodes/sidebar/editor/losses/stateLosses';
import { DrawnFlow } from './DrawnFlow';
import { OUTPUTS, PLANT } from './plant';

/** In short: `node reason`. */
function losses(before: DrawnFlow, after: DrawnFlow): string[] {
  return stateLosses(before.drawing(), after.drawing()).map(({ id, reason, outputs }) => [id, reason, ...outputs].join(' ')).sort();
}

const ALL = ['plain', 'r', 'raw', 's'];
const everyNode = (reason: string): string[] => ALL.map((id) => `${id} ${reason}`);

describe('what would be lost with the next deploy', () => {
  it('is nothing where nothing was changed, or the name and the place only', () => {
    expect(losses(PLANT, PLANT)).to.deep.equal([]);
    expect(losses(PLANT, PLANT.with('r', { name: 'other', x: 900 }).with('late', { func: 'return 1;' }))).to.deep.equal([]);
  });

  it('names the node that is to be told of, and why', () => {
    expect(losses(PLANT, PLANT.with('w', { length: '20' }))).to.deep.equal(['r window']);
    expect(losses(PLANT, PLANT.with('r', { key: 'payload.id' }))).to.deep.equal(['r settings']);
    expect(losses(PLANT, PLANT.with('s', { func: 'return 1;' }))).to.deep.equal(['s settings']);
    expect(losses(PLANT, PLANT.with('every', { interval: 2 }))).to.deep.equal(['plain interval', 'r interval', 'raw interval']);
    expect(losses(PLANT, PLANT.with('r', { aggregates: [OUTPUTS.SUM, OUTPUTS.HALF] }))).to.deep.equal(['r outputs top own']);
    expect(stateLosses(PLANT.drawing(), PLANT.with('s', { mode: 'record' }).drawing())).to.deep.equal([
      { id: 's', label: 'label of s', checkpoint: 'keeper', reason: 'settings', outputs: [] },
    ]);
  });

  it('is what a deleted or disabled node remembers, with the name that it had', () => {
    expect(stateLosses(PLANT.drawing(), PLANT.without('s').drawing())).to.deep.equal([
      { id: 's', label: 'label of s', checkpoint: 'keeper', reason: 'removed', outputs: [] },
    ]);
    expect(losses(PLANT, PLANT.with('s', { d: true }))).to.deep.equal(['s removed']);
  });

  it('is everything where the checkpoint node goes, or keeps its graph elsewhere', () => {
    expect(losses(PLANT, PLANT.with('keeper', { path: '/other' }))).to.deep.equal(everyNode('folder'));
    expect(losses(PLANT, PLANT.with('keeper', { d: true }))).to.deep.equal(everyNode('checkpoint'));
    expect(losses(PLANT, PLANT.without('keeper'))).to.deep.equal(everyNode('checkpoint'));
  });

  it('is nothing where a whole graph goes: what it has stays on the disk', () => {
    const ids = ['in', 'every', 'keeper', 'w', 'r', 'raw', 'late', 's', 'plain', 'm', 'j', 'out'];
    expect(losses(PLANT, PLANT.without(...ids))).to.deep.equal([]);
    expect(losses(PLANT, PLANT.disabling('tab'))).to.deep.equal([]);
  });

  it('is nothing without a checkpoint node', () => {
    const plain = PLANT.without('keeper').wired({ every: ['dstream-batcher', 'w', 's'] });
    expect(losses(plain, plain.with('w', { length: '20' }).with('s', { func: '1' }))).to.deep.equal([]);
    expect(losses(plain, plain.without('s'))).to.deep.equal([]);
  });

  it('is told of a cut wire when the rest would run, not while it is being drawn anew', () => {
    const line = new DrawnFlow({
      in: ['dstream-receiver', 'keeper'], keeper: ['dstream-checkpoint', 's'], s: ['dstream-state', 'out'], out: ['dstream-sink'],
    });
    const cut = line.wired({ keeper: ['dstream-checkpoint'] });
    expect(losses(line, cut)).to.deep.equal([]);
    expect(losses(line, cut.wired({ keeper: ['dstream-checkpoint', 'debug'], debug: ['debug'] }))).to.deep.equal(['s unwired']);
  });

  it('is nothing that cannot be read: the drawing is refused', () => {
    for (const length of ['', 'long', '-', {}, null]) expect(losses(PLANT, PLANT.with('w', { length }))).to.be.an('array');
    expect(losses(PLANT, PLANT.with('w', { length: 'long' }))).to.deep.equal([]);
    expect(losses(PLANT, PLANT.with('r', { aggregates: 'none' }))).to.deep.equal(['r outputs sum top half own']);
    expect(losses(PLANT, PLANT.with('r', { aggregates: [null, 7, 'sum'] }))).to.deep.equal(['r outputs sum top half own']);
  });

  it('begins anew with a deploy, and going back after one that was refused costs nothing', () => {
    const longer = PLANT.with('w', { length: '20' });
    const deployed = whenDeployed(PLANT.drawing(), longer.drawing());
    expect(stateLosses(deployed, longer.drawing())).to.deep.equal([]);
    expect(stateLosses(deployed, PLANT.drawing())).to.deep.equal([]);
    expect(stateLosses(deployed, PLANT.with('w', { length: '30' }).drawing()).map(({ id }) => id)).to.deep.equal(['r']);
    const again = whenDeployed(deployed, PLANT.drawing());
    expect(again.states.get('r')?.fits).to.have.length(1);
  });
});
