import { expect } from 'chai';
import { isStarterOfOtherMode, STATE_STARTERS, stateStarter, withStarter } from '../../../nodes/shared/editor/stateStarters';
import { hasReturn } from '../../../nodes/shared/editor/starters';
import { EmbeddedEngine } from '../../../src/engine/EmbeddedEngine';
import { DEFAULT_FUNCTION } from '../../../src/flow/compile/state';
import { ManualClock } from '../../../src/streaming';
import { from, OPTIONS, planOf, receiver, sink } from '../../engine/plans';
import { catalogue, defaults } from './palette';

/** What a starter makes of these payloads of one key, one a second, and of 3 s of silence. */
async function run(name: string, payloads: readonly unknown[]): Promise<unknown[]> {
  const starter = STATE_STARTERS.find((one) => one.name === name) ?? expect.fail(name);
  const clock = new ManualClock(0);
  const query = new EmbeddedEngine({ isolation: 'inline', clock }).start(planOf([
    receiver(),
    {
      id: 's',
      type: 'state',
      inputs: from('in'),
      parameters: {
        key: { from: 'key' }, mode: starter.mode, code: { lang: 'javascript', source: starter.code }, timeout: 1500, emit: 'changed', keyLimit: 10,
      },
    },
    sink('out', 's'),
  ]), OPTIONS);
  const results: unknown[] = [];
  query.on('output', ({ records }) => results.push(...records.map(({ payload }) => payload)));
  query.on('problem', ({ what }) => expect.fail(what));
  await query.started;
  for (const payload of payloads) {
    await query.offer('in', [{ topic: 'a', payload }]);
    await clock.advance(1000);
  }
  await clock.advance(3000);
  await query.stop();
  return results;
}

describe('examples in the dialog of the state node', () => {
  it('begin with what a new node holds', () => {
    expect(stateStarter('update')).to.equal(defaults('state')['func']?.['value']);
    expect(stateStarter('update')).to.equal(DEFAULT_FUNCTION);
    expect(stateStarter('fold')).to.equal('');
  });

  it('have a text each, return, and give way to others when the mode is switched', () => {
    const texts = catalogue('state');
    for (const { name, mode, code } of STATE_STARTERS) {
      expect(texts.has(`starter.${name}`), name).to.equal(true);
      expect(hasReturn(code), name).to.equal(true);
      expect(isStarterOfOtherMode(`${code}\n`, mode)).to.equal(false);
      expect(isStarterOfOtherMode(code, mode === 'update' ? 'record' : 'update')).to.equal(true);
    }
    expect(isStarterOfOtherMode(' ', 'update')).to.equal(true);
    expect(isStarterOfOtherMode('return 1; // mine', 'update')).to.equal(false);
  });

  it('keep the code that they take the place of', () => {
    const [count, total] = STATE_STARTERS;
    if (count === undefined || total === undefined) return expect.fail('no examples');
    expect(withStarter(`${count.code}\n`, total)).to.equal(total.code);
    expect(withStarter(' ', total)).to.equal(total.code);
    const kept = '\n\n// The code before:\n// // mine\n//\n// return 1;';
    const first = withStarter('// mine\n\nreturn 1;\n', count);
    expect(first).to.equal(`${count.code}${kept}`);
    expect(withStarter(first, total), 'another example').to.equal(`${total.code}${kept}`);
  });

  const cases: readonly [string, readonly unknown[], unknown[]][] = [
    ['count', ['x', 'y'], [{ key: 'a', state: 1 }, { key: 'a', state: 2 }, { key: 'a', state: 2, timedOut: true }]],
    ['total', [1, '2.5'], [{ key: 'a', state: 1 }, { key: 'a', state: 3.5 }, { key: 'a', state: 3.5, timedOut: true }]],
    ['since', ['on', 'on', 'off'], [
      { key: 'a', state: { value: 'on', since: 0 } },
      { key: 'a', state: { value: 'on', since: 0 } },
      { key: 'a', state: { value: 'off', since: 2000 } },
      { key: 'a', state: { value: 'off', since: 2000 }, timedOut: true },
    ]],
    ['running', [1, 2], [{ key: 'a', value: 1, total: 1 }, { key: 'a', value: 2, total: 3 }]],
    ['changes', ['on', 'on', 'off'], [{ key: 'a', from: 'on', to: 'off', lasted: 2000 }, { key: 'a', from: 'off', silent: true }]],
    ['session', [5, 6, 7], [{ key: 'a', start: 0, end: 2000, records: 3 }]],
  ];
  for (const [name, payloads, expected] of cases) {
    it(`${name} does what it says`, async () => {
      expect(await run(name, payloads)).to.deep.equal(expected);
    });
  }

  it('are all tried here', () => {
    expect(cases.map(([name]) => name)).to.deep.equal(STATE_STARTERS.map(({ name }) => name));
  });
});
