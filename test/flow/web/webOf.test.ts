import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect } from 'chai';
import type { NodeAPI } from 'node-red';
import type { WebHandler } from '../../../src/flow/Runtime';
import { webOf } from '../../../src/flow/web/webOf';

type Middleware = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

/** As much of an Express application as is needed to see what is put into it, and in which order. */
class FakeApplication {
  readonly _router = { stack: [] as { handle: Middleware }[] };

  constructor(
    readonly root: string,
    readonly parent?: FakeApplication,
  ) {}

  use(handle: Middleware): void {
    this._router.stack.push({ handle });
  }

  path(): string {
    return this.root;
  }

  /** What its middlewares do with a request, one after the other; the last word is `next`'s. */
  run(url: string, method = 'POST'): { readonly passed: unknown[] } {
    const request = Object.assign(new IncomingMessage(new Socket()), { url, method });
    const response = new ServerResponse(request);
    const passed: unknown[] = [];
    for (const { handle } of this._router.stack) {
      handle(request, response, (error) => {
        passed.push(error);
      });
    }
    return { passed };
  }
}

class Handler implements WebHandler {
  readonly handled: string[] = [];

  isFor({ method, url = '' }: { readonly method?: string | undefined; readonly url?: string | undefined }): boolean {
    return method === 'POST' && url.startsWith('/sensors');
  }

  handle({ url = '' }: IncomingMessage): Promise<void> {
    this.handled.push(url);
    return Promise.resolve();
  }
}

function apiOf(httpNode: unknown, settings: object = {}): () => NodeAPI {
  const api = { httpNode, settings, log: { warn: () => undefined } };
  return () => api as unknown as NodeAPI;
}

describe('webOf', () => {
  it('hands on what is not for the handler, and goes over to a new handler without another middleware', () => {
    const application = new FakeApplication('/');
    const api = apiOf(application);
    const first = new Handler();
    webOf(api)?.use(first);
    expect(application.run('/other').passed).to.deep.equal([undefined]);
    expect(application.run('/sensors').passed).to.deep.equal([]);
    const second = new Handler();
    webOf(api)?.use(second);
    application.run('/sensors/2');
    expect(first.handled).to.deep.equal(['/sensors']);
    expect(second.handled).to.deep.equal(['/sensors/2']);
    expect(application._router.stack).to.have.length(1);
  });

  it('applies httpNodeMiddleware, lists of lists too, and stops where that stops', () => {
    const calls: string[] = [];
    const step = (name: string): Middleware => (_request, _response, next) => {
      calls.push(name);
      next();
    };
    const stop: Middleware = (request, _response, next) => {
      if (request.url === '/sensors/bad') next(new Error('not for you'));
      else if (request.url !== '/sensors/answered') next();
    };
    const application = new FakeApplication('/');
    const handler = new Handler();
    webOf(apiOf(application, { httpNodeMiddleware: [step('one'), [step('two'), stop]] }))?.use(handler);
    expect(application.run('/sensors').passed).to.deep.equal([]);
    expect(application.run('/sensors/answered').passed).to.deep.equal([]);
    expect(application.run('/sensors/bad').passed.map(String)).to.deep.equal(['Error: not for you']);
    expect(application.run('/other').passed).to.deep.equal([undefined]);
    expect(calls).to.deep.equal(['one', 'two', 'one', 'two', 'one', 'two']);
    expect(handler.handled).to.deep.equal(['/sensors']);
  });

  it('keeps body parsers of the application around it away from what is for the handler, and from nothing else', () => {
    const around = new FakeApplication('');
    const parsed: unknown[] = [];
    around.use((request, _response, next) => {
      if (!('_body' in request)) parsed.push(request.url);
      next();
    });
    const application = new FakeApplication('/flows//', around);
    webOf(apiOf(application))?.use(new Handler());
    for (const url of ['/flows/sensors', '/sensors', '/flowsers/sensors', '/flows/other', '/flows']) around.run(url);
    around.run('/flows/sensors', 'PUT');
    expect(parsed).to.deep.equal(['/sensors', '/flowsers/sensors', '/flows/other', '/flows', '/flows/sensors']);
    expect(around._router.stack).to.have.length(2);
  });

  it("knows the paths that are the editor's, wherever the two have their roots", () => {
    const isEditors = (path: string, settings: object): boolean | undefined =>
      webOf(apiOf(new FakeApplication('/'), settings))?.isEditors(path);
    const same = { httpAdminRoot: '/', httpNodeRoot: '/' };
    const editors = ['flows', 'Flows', 'flows/state', 'flow', 'auth/token', 'inject/1', 'debug/1/enable', 'nodes', 'projects', 'settings/user/keys'];
    for (const path of editors) expect(isEditors(path, same), path).to.equal(true);
    for (const path of ['flows/sensors', 'flowers', 'house/flows', 'debug', 'sensors']) expect(isEditors(path, same), path).to.equal(false);
    expect(isEditors('flows', {})).to.equal(true);
    expect(isEditors('flows', { httpAdminRoot: '/admin/', httpNodeRoot: '/' })).to.equal(false);
    expect(isEditors('admin/flows', { httpAdminRoot: '/admin/', httpNodeRoot: '/' })).to.equal(true);
    expect(isEditors('flows', { httpAdminRoot: '/', httpNodeRoot: '/api/' })).to.equal(false);
    expect(isEditors('flows', { httpAdminRoot: false, httpNodeRoot: '/' })).to.equal(false);
  });

  it('is undefined where flows have no web server', () => {
    expect(webOf(apiOf(new FakeApplication('/'), { httpNodeRoot: false }))).to.equal(undefined);
    expect(webOf(apiOf(undefined))).to.equal(undefined);
  });
});
