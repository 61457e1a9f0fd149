import { expect } from 'chai';
import { endpointPath, endpointPathFault, endpointProblems } from '../../../src/flow/web/endpointProblems';

describe('the paths of endpoints', () => {
  it('have no slashes at their ends', () => {
    expect([' /a/b/ ', 'a/b', '//a/b//'].map(endpointPath)).to.deep.equal(['a/b', 'a/b', 'a/b']);
  });

  it('hold only what needs no encoding', () => {
    for (const path of ['a', 'a/b', 'A-1_b.c~d']) expect(endpointPathFault(path), path).to.equal(undefined);
    for (const path of ['', 'a//b', '.', 'a/..', 'a b', 'ä', 'a?b', 'a%20b', ':a', 'a*', 'x'.repeat(201)]) {
      expect(endpointPathFault(path), path).to.be.a('string');
    }
  });
});

describe('endpointProblems', () => {
  const web = { isEditors: (path: string): boolean => path === 'flows' };
  const endpoint = (nodeId: string, path: string): { nodeId: string; path: string } => ({ nodeId, path });
  const codes = (...parameters: Parameters<typeof endpointProblems>): string[] =>
    endpointProblems(...parameters).map(({ nodeId, code }) => `${nodeId} ${code}`);

  it('finds paths that two want, and tells both', () => {
    expect(codes([endpoint('a', 'x'), endpoint('b', 'x'), endpoint('c', 'y')], [], web)).to.deep.equal(['a http-path-twice', 'b http-path-twice']);
  });

  it('finds http in nodes that take POST at the path, in large or small letters', () => {
    const others = [{ type: 'http in', method: 'get', url: '/x' }, { type: 'http in', method: 'post', url: '/Y/' }];
    expect(codes([endpoint('a', 'x'), endpoint('b', 'y')], others, web)).to.deep.equal(['b http-path-twice']);
  });

  it('finds paths that the editor has', () => {
    expect(codes([endpoint('a', 'flows'), endpoint('b', 'x')], [], web)).to.deep.equal(['a http-path-twice']);
  });

  it('finds that there is no web server', () => {
    expect(codes([endpoint('a', 'x')], [], undefined)).to.deep.equal(['a http-off']);
    expect(codes([], [], undefined)).to.deep.equal([]);
  });
});
