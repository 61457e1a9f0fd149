import { expect } from 'chai';
import { mapWork } from '../../../../nodes/map/editor/work';
import { reduceWork, valuesToReduce } from '../../../../nodes/reduceByKey/editor/work';
import type { AggregateRow } from '../../../../nodes/shared/editor/aggregates';
import { catalogue } from '../palette';
import { record } from './answers';

const mean: AggregateRow = { aggregate: 'mean', of: 'payload.v', ofType: 'msg', as: ' mean ' };

describe('What the dialogs ask the preview for', () => {
  it('is the code of a map in its mode', () => {
    expect(mapWork('flatMap', 'javascript', 'return [];')).to.deep.equal({
      kind: 'map', mode: 'flatMap', code: { lang: 'javascript', source: 'return [];' },
    });
    expect(mapWork('', 'javascript', 'return 1;')).to.have.property('mode', 'map');
    expect(mapWork('map', 'jsonata', 'payload')).to.have.nested.property('code.lang', 'jsonata');
    expect(mapWork('map', 'javascript', ' \n')).to.equal(undefined);
  });

  it('is the key and the outputs of a reduceByKey', () => {
    expect(reduceWork('key', '', [mean, { aggregate: 'count', of: '', ofType: 'msg', as: 'n' }])).to.deep.equal({
      kind: 'reduceByKey',
      key: { from: 'key' },
      aggregates: [
        { aggregate: 'mean', of: { from: 'property', property: 'payload.v' }, as: 'mean' },
        { aggregate: 'count', of: { from: 'key' }, as: 'n' },
      ],
    });
    const topK = reduceWork('msg', 'payload.room', [{ ...mean, aggregate: 'topK', parameter: '3' }]);
    expect(topK).to.have.nested.property('aggregates[0].parameter', 3);
    expect(topK).to.have.deep.property('key', { from: 'property', property: 'payload.room' });
    expect(reduceWork('key', '', [{ ...mean, aggregate: 'topK', parameter: '' }])).to.not.have.nested.property('aggregates[0].parameter');
  });

  it('is nothing while the dialog is not complete', () => {
    expect(reduceWork('key', '', [])).to.equal(undefined);
    expect(reduceWork('msg', 'payload room', [mean])).to.equal(undefined);
    expect(reduceWork('jsonata', ' ', [mean])).to.equal(undefined);
    expect(reduceWork('key', '', [{ ...mean, of: '' }])).to.equal(undefined);
    expect(reduceWork('key', '', [{ ...mean, aggregate: 'reduce', reduce: 'a' }])).to.equal(undefined);
    expect(reduceWork('key', '', [mean, mean])).to.equal(undefined);
  });

  it('learns from the values that own functions combine', () => {
    const own = { ...mean, aggregate: 'reduce', reduce: 'return a;' };
    const records = [record({ v: 1 }), record({ v: null }), record('text'), record({ v: 'x' })];
    expect(valuesToReduce([mean, own], records)).to.deep.equal([1, 'x']);
    expect(valuesToReduce([mean], records)).to.deep.equal([]);
    expect(valuesToReduce([own, { ...own, ofType: 'jsonata' }], records)).to.deep.equal([]);
  });

  it('has the same texts in both dialogs', () => {
    const texts = (set: string) => [...catalogue(set)].filter(([key]) => key.startsWith('preview.'));
    expect(texts('map')).to.deep.equal(texts('reduceByKey')).and.to.have.length.above(20);
  });
});
