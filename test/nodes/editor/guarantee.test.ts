import { expect } from 'chai';
import { guaranteeLines } from '../../../nodes/shared/editor/guarantee';

const guarantee = {
  level: 'at least once', toWire: true, reasons: [{ operator: 'r', text: 'Because of r.' }], conditions: ['The broker helps.'],
} as const;

describe('editor line about guarantees', () => {
  it('says what the deployed sink promises, why, and what it depends on', () => {
    expect(guaranteeLines('s', [{}, { guarantees: { other: { ...guarantee, level: 'exactly once' }, s: guarantee } }])).to.deep.equal([
      'at least once to the wire', 'Because of r.', 'Provided that: The broker helps.',
    ]);
  });

  it('finds a sink in an instance of its subflow, and says nothing of one that does not run', () => {
    expect(guaranteeLines('s', [{ guarantees: { 'instance-s': guarantee } }])[0]).to.equal('at least once to the wire');
    expect(guaranteeLines('s', [{ guarantees: { xs: guarantee } }])).to.deep.equal([]);
    expect(guaranteeLines('s', [])).to.deep.equal([]);
  });
});
