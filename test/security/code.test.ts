import { readdirSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { packageRoot } from '../support/packageRoot';

/** Below a folder of the package: path and text of the files that end as given. */
function texts(folder: string, ending: string): [path: string, text: string][] {
  return readdirSync(join(packageRoot, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ending))
    .map((path) => [`${folder}/${path.replaceAll('\\', '/')}`, readFileSync(join(packageRoot, folder, path), 'utf8')]);
}

/** Without comments, well enough for our own sources: no text of theirs has `//` after a blank. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
}

interface ExampleNode {
  readonly id: string;
  readonly type: string;
  readonly [property: string]: unknown;
}

describe('the package\'s own code', () => {
  const sources = [...texts('src', '.ts'), ...texts('nodes', '.ts')].map(([path, text]): [string, string] => [path, withoutComments(text)]);

  const using = (pattern: RegExp): string[] => sources.filter(([, text]) => pattern.test(text)).map(([path]) => path);

  it('turns texts into functions where the flow author\'s own code is compiled, and for loops made of texts of its own', () => {
    const compiling = using(/\beval\(|\bnew Function\b|\bFunction\(|AsyncFunction|node:vm\b|from 'vm'|runInContext|runInNewContext/);
    // What that file puts together are its own texts and numbers, never anything that it was given: its comment says so.
    expect(compiling.filter((path) => !/^(src\/expressions|nodes\/shared\/editor\/preview)\//.test(path))).to.deep.equal(['src/streaming/rdd/compilePass.ts']);
    // The preview runs the code on the screen in the browser, and compiles it in one place, in the worker inside of its sandbox.
    const inBrowser = using(/\beval\(|\bnew Function\b|[^.\w]Function\(|AsyncFunction/).filter((path) => path.startsWith('nodes/'));
    expect(inBrowser).to.deep.equal(['nodes/shared/editor/preview/browserVm.ts']);
  });

  it('starts no program but its own, with a list of parameters, never through a shell', () => {
    expect(using(/node:child_process|from 'child_process'/)).to.deep.equal(['src/engine/remote/GraphProcess.ts']);
    expect(using(/\bexec(Sync|File|FileSync)?\(\s*[`'"]|\bspawn(Sync)?\(|shell:/)).to.deep.equal([]);
  });

  it('opens connections in sources and sinks alone, and through the port of the core', () => {
    // Types of Node's own requests open nothing.
    const network = /^import (?!type ).*from '(node:)?(net|tls|http|https|http2|dgram|dns)(\/promises)?'|\bfetch\(|XMLHttpRequest|\bWebSocket\(|sendBeacon/m;
    expect(using(network).filter((path) => !/^src\/(mqtt|sinks\/http|sources\/tcp)\//.test(path))).to.deep.equal([
      'src/ports/node/NodeNetwork.ts',
      // In the browser: the worker of the preview, and the editor's own JSONata.
      'nodes/shared/editor/preview/Preview.ts',
      'nodes/shared/editor/preview/jsonata.ts',
    ]);
    expect(sources.flatMap(([path, text]) => (path.startsWith('nodes/') ? [...text.matchAll(/\bfetch\((.*?)\)/g)].map(([, what]) => what) : []))).to.deep.equal([
      "'resources/@dstream/node-red-dstream/preview-worker.js'", 'script.src',
    ]);
  });

  it('names no address but in examples of what to type', () => {
    // The name of the markup language SVG looks like an address.
    expect(using(/https?:\/\/(?!www\.w3\.org\/2000\/svg')/)).to.deep.equal([]);
  });

  it('merges nothing that was parsed into an object', () => {
    expect(using(/Object\.assign\([^,]+, JSON\.parse|__proto__\s*=[^=]/)).to.deep.equal([]);
  });
});

describe('the example flows', () => {
  const examples = texts('examples', '.json').map(([path, text]): [string, readonly ExampleNode[]] => [path, JSON.parse(text) as ExampleNode[]]);

  it('hold no credentials, and nothing that runs programs, opens files or listens to the network by itself', () => {
    expect(examples.length).to.be.above(7);
    for (const [path, nodes] of examples) {
      expect(JSON.stringify(nodes), path).not.to.match(/"(credentials|password|user|passphrase|token)":/);
      const risky = nodes.filter(({ type }) => /^(exec|file|file in|tcp (in|out)|udp .*|websocket.*|tls-config)$/.test(type));
      expect(risky.map(({ type }) => type), path).to.deep.equal([]);
    }
  });

  it('connect to this machine at most', () => {
    for (const [path, nodes] of examples) {
      for (const { type, broker } of nodes) {
        if (type === 'mqtt-broker') expect(['localhost', '127.0.0.1', '::1'], path).to.include(broker);
      }
      const addresses = JSON.stringify(nodes).match(/\b\d+\.\d+\.\d+\.\d+\b/g) ?? [];
      expect(addresses.filter((address) => isIP(address) !== 0 && address !== '127.0.0.1'), path).to.deep.equal([]);
      const hosts = [...JSON.stringify(nodes).matchAll(/\bhttps?:\/\/([^/:"\\]+)/g)].map(([, host]) => host);
      expect(hosts.filter((host) => host !== '127.0.0.1' && host !== 'localhost'), path).to.deep.equal([]);
      for (const { type, server } of nodes) if (type === 'tcp request') expect(server, path).to.equal('127.0.0.1');
    }
  });
});
