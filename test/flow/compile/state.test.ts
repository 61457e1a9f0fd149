import { expect } from 'chai';
import { PropertyReader } from '../../../src/flow/compile/PropertyReader';
import { stateParameters } from '../../../src/flow/compile/state';

function read(properties: Readonly<Record<string, unknown>>): { readonly parameters: ReturnType<typeof stateParameters>; readonly codes: string[] } {
  const reader = new PropertyReader('s', properties);
  const parameters = stateParameters(reader);
  return { parameters, codes: reader.problems.map(({ code }) => code) };
}

describe('compiling a state node', () => {
  it('counts records where nothing was changed', () => {
    expect(read({})).to.deep.equal({
      parameters: {
        key: { from: 'key' },
        mode: 'update',
        code: { lang: 'javascript', source: 'return (state ?? 0) + values.length;' },
        timeout: null,
        emit: 'changed',
        keyLimit: 1_000_000,
      },
      codes: [],
    });
  });

  it('takes what the dialog says', () => {
    const { parameters, codes } = read({
      keyType: 'msg', key: 'msg.payload.room', mode: 'record', func: 'return 1;', timeout: '1.5', timeoutUnits: 'min', emit: 'all', keyLimit: '20',
    });
    expect(codes).to.deep.equal([]);
    expect(parameters).to.deep.equal({
      key: { from: 'property', property: 'payload.room' },
      mode: 'record',
      code: { lang: 'javascript', source: 'return 1;' },
      timeout: 90_000,
      emit: 'all',
      keyLimit: 20,
    });
  });

  it('takes an empty time-out, and 0, as never', () => {
    for (const timeout of ['', ' ', '0', 0, '0.0', null]) {
      expect(read({ timeout, timeoutUnits: 's' })).to.deep.include({ codes: [] });
      expect(read({ timeout }).parameters.timeout).to.equal(null);
    }
  });

  it('refuses what makes no sense', () => {
    expect(read({ func: ' ' }).codes).to.deep.equal(['code-missing']);
    expect(read({ mode: 'record' }).codes).to.deep.equal(['code-missing']);
    expect(read({ mode: 'fold' }).codes).to.deep.equal(['unknown-choice']);
    expect(read({ keyType: 'msg', key: '' }).codes).to.deep.equal(['expression-missing']);
    for (const timeout of ['-1', 'soon', '0.0001']) expect(read({ timeout, timeoutUnits: 's' }).codes, timeout).to.deep.equal(['not-a-number']);
    expect(read({ keyLimit: '0' }).codes).to.deep.equal(['not-a-number']);
  });
});
