import { expect } from 'chai';
import { IllegalArgumentError, NoSuchElementError } from '../../../src/streaming';
import { StateOfKey } from '../../../src/streaming/state/State';

type Look = [exists: boolean, option: number | undefined, updated: boolean, removed: boolean, timingOut: boolean];

function lookOf(state: StateOfKey<number>): Look {
  return [state.exists(), state.getOption(), state.isUpdated, state.isRemoved, state.isTimingOut()];
}

describe('State', () => {
  it('has nothing to get for a key without state', () => {
    const state = new StateOfKey<number>();
    state.begin(false, undefined);
    expect(lookOf(state)).to.deep.equal([false, undefined, false, false, false]);
    expect(() => state.get()).to.throw(NoSuchElementError, 'this key has no state; ask exists() first, or use getOption()');
  });

  it('gives what is there, and what it was updated to, however often', () => {
    const state = new StateOfKey<number>();
    state.begin(true, 1);
    expect(state.get()).to.equal(1);
    expect(lookOf(state)).to.deep.equal([true, 1, false, false, false]);
    state.update(2);
    state.update(3);
    expect(state.get()).to.equal(3);
    expect(lookOf(state)).to.deep.equal([true, 3, true, false, false]);
  });

  it('can be removed after an update, and without having existed', () => {
    const state = new StateOfKey<number>();
    state.begin(false, undefined);
    state.update(1);
    state.remove();
    expect(lookOf(state)).to.deep.equal([false, undefined, false, true, false]);
    state.begin(false, undefined);
    state.remove();
    expect(lookOf(state)).to.deep.equal([false, undefined, false, true, false]);
    expect(() => state.get()).to.throw(NoSuchElementError);
  });

  it('refuses update and remove after remove', () => {
    const state = new StateOfKey<number>();
    state.begin(true, 1);
    state.remove();
    const what = 'the state of this key has been removed in the same call; call only one of the two';
    expect(() => { state.update(2); }).to.throw(IllegalArgumentError, `update: ${what}`);
    expect(() => { state.remove(); }).to.throw(IllegalArgumentError, `remove: ${what}`);
  });

  it('can only be read while the key is timing out', () => {
    const state = new StateOfKey<number>();
    state.beginTimeOut(5);
    expect(state.get()).to.equal(5);
    expect(lookOf(state)).to.deep.equal([true, 5, false, false, true]);
    const what = 'this key is timing out, and its state is forgotten after this call; ask isTimingOut() first';
    expect(() => { state.update(2); }).to.throw(IllegalArgumentError, `update: ${what}`);
    expect(() => { state.remove(); }).to.throw(IllegalArgumentError, `remove: ${what}`);
  });

  it('begins anew with every call', () => {
    const state = new StateOfKey<number>();
    state.beginTimeOut(5);
    state.begin(true, 6);
    state.remove();
    state.begin(true, 7);
    expect(lookOf(state)).to.deep.equal([true, 7, false, false, false]);
  });

  it('may hold undefined or null as a state', () => {
    const state = new StateOfKey<null | undefined>();
    state.begin(false, undefined);
    state.update(undefined);
    expect([state.exists(), state.get()]).to.deep.equal([true, undefined]);
    state.update(null);
    expect([state.exists(), state.get()]).to.deep.equal([true, null]);
  });
});
