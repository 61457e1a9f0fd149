import { expect } from 'chai';
import { installation } from './Installation';
import { type Scorecard, scorecardOf } from './scorecardTool';

describe('the Flow Library\'s scorecard, by the tool itself', () => {
  let card: Scorecard;

  before(async () => {
    card = await scorecardOf(await installation());
  });

  it('is green on all its checks', () => {
    expect(Object.keys(card.checks).sort(), card.said).to.deep.equal(
      ['D01', 'D02', 'D03', 'N01', 'N02', 'P01', 'P03', 'P04', 'P05', 'P06', 'P07', 'P08'],
    );
    expect(Object.entries(card.checks).filter(([, { test }]) => !test), card.said).to.deep.equal([]);
    expect(card.said).not.to.match(/warning|unable to|error/i);
  });

  it('has read every node, and found each in an example', () => {
    // Of what it cannot read it says that all is well.
    const drawn = ['batcher', 'checkpoint', 'join', 'map', 'receiver', 'reduceByKey', 'sink', 'state', 'statistics', 'window'];
    expect([...card.checks['N02']?.['nodes'] as string[]].sort()).to.deep.equal(drawn.map((name) => `dstream-${name}`));
  });

  it('fits both versions of Node-RED', () => {
    expect(card.checks['P06']?.['versions']).to.have.members(['5.0.7', '4.1.15']);
  });

  it('asked for nothing but what is known', () => {
    expect([...new Set(card.asked)].sort()).to.deep.equal([
      'get https://catalogue.nodered.org/catalogue.json', 'get https://registry.npmjs.org/node-red', 'latest mqtt', 'tree mqtt',
    ]);
  });
});
