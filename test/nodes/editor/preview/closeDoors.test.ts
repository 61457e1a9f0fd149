import { expect } from 'chai';
import { createContext, runInContext } from 'node:vm';
import { closeDoors } from '../../../../nodes/shared/editor/preview/closeDoors';

describe('closeDoors', () => {
  it('takes all globals away but those of the language, also those that the scope inherits', () => {
    const open = (): string => 'open';
    const inherited = { importScripts: open, fetch: open, WebSocket: open, Array };
    const scope: object = Object.assign(Object.create(inherited) as object, { XMLHttpRequest: open, indexedDB: {}, caches: {}, Map, JSON });
    closeDoors(scope);
    for (const name of ['fetch', 'importScripts', 'WebSocket', 'XMLHttpRequest', 'indexedDB', 'caches']) {
      expect(Reflect.get(scope, name), name).to.equal(undefined);
    }
    for (const name of ['Array', 'Map', 'JSON']) expect(Reflect.get(scope, name), name).to.not.equal(undefined);
    expect(Object.hasOwn, 'what all objects share stays').to.be.a('function');
  });

  it('empties what cannot be taken away', () => {
    const scope = {};
    Object.defineProperty(scope, 'fetch', { value: () => 1, writable: true, configurable: false });
    closeDoors(scope);
    expect(Reflect.get(scope, 'fetch')).to.equal(undefined);
  });

  it('keeps everything that the language itself has', () => {
    const context = createContext({ closeDoors });
    const names = runInContext('Object.getOwnPropertyNames(globalThis)', context) as string[];
    runInContext('closeDoors(globalThis)', context);
    const left = runInContext('Object.getOwnPropertyNames(globalThis)', context) as string[];
    // These two are no part of the language: a console, and machine code.
    expect(names.filter((name) => !left.includes(name)).sort()).to.be.deep.equal(['WebAssembly', 'closeDoors', 'console']);
  });
});
