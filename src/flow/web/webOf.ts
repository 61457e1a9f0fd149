import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { NodeAPI } from 'node-red';
import type { RuntimeWeb, WebHandler } from '../Runtime';

type Next = (error?: unknown) => void;
type Middleware = (request: IncomingMessage, response: ServerResponse, next: Next) => unknown;

/** One of the steps that a request passes through in Express. */
interface Layer {
  readonly handle?: unknown;
}

/** What is used of an Express application. */
interface WebApplication {
  use(middleware: Middleware): unknown;
  /** Where it stands in the application that holds it. */
  path?(): string;
  /** The application that holds it. */
  readonly parent?: WebApplication | undefined;
  /** Express 4 */
  readonly _router?: { readonly stack: Layer[] } | undefined;
  /** Express 5; Express 4 throws. */
  readonly router?: { readonly stack: Layer[] } | undefined;
}

/** The settings of Node-RED that concern requests to flows. */
interface WebSettings {
  readonly httpNodeRoot?: unknown;
  readonly httpAdminRoot?: unknown;
  readonly httpNodeMiddleware?: unknown;
  readonly httpNodeCors?: unknown;
  readonly coreNodesDir?: unknown;
}

/** Who gets the requests of an application now. */
const slots = new WeakMap<object, { handler: WebHandler }>();

/**
 * Node-RED's web server for flows, or undefined where it is off (`httpNodeRoot: false`).
 *
 * One middleware is put into it, once, and looks up whether a request is for the handler: routes need not be taken out of
 * Express' own list, of which no version promises anything. `httpNodeAuth` stands in front of it, as of all that is in this
 * server; `httpNodeMiddleware` and `httpNodeCors` are applied here, as Node-RED's own "http in" does.
 *
 * Where the editor has the same root, its body parsers come first: they would read the body, with limits of their own, and
 * refuse JSON that is no object. So a request for the handler is marked as parsed before it gets there.
 */
export function webOf(api: () => NodeAPI): RuntimeWeb | undefined {
  const { httpNode, settings } = api();
  const application = httpNode as WebApplication | undefined;
  if ((settings as WebSettings).httpNodeRoot === false || typeof application?.use !== 'function') return undefined;
  return {
    use(handler) {
      const slot = slots.get(application);
      if (slot !== undefined) {
        slot.handler = handler;
        return;
      }
      const made = { handler };
      slots.set(application, made);
      const cors = corsOf(api());
      keepBodies(application, (request) => made.handler.isFor(request));
      application.use((request, response, next) => {
        if (!made.handler.isFor(request)) {
          next();
          return;
        }
        const { httpNodeMiddleware } = api().settings as WebSettings;
        runAll([...functionsIn(httpNodeMiddleware), ...cors], request, response, (error) => {
          if (error === undefined || error === null) void made.handler.handle(request, response);
          else next(error);
        });
      });
    },
    isEditors: (path) => isEditors(path, settings),
  };
}

/** The paths at which Node-RED's admin API and its own nodes take POST requests. */
const EDITORS = /^(flows?|flows\/state|nodes|projects|settings\/user|(auth|debug|inject|library|projects|settings\/user)\/.+)$/;

/** Whether a path below the root of the flows is one of the editor's: its body must stay for the editor's parsers. */
function isEditors(path: string, { httpAdminRoot = '/', httpNodeRoot = '/' }: WebSettings): boolean {
  if (typeof httpAdminRoot !== 'string') return false;
  const root = partsOf(httpAdminRoot);
  const parts = partsOf(`${typeof httpNodeRoot === 'string' ? httpNodeRoot : ''}/${path}`);
  return root.every((part, place) => part === parts[place]) && EDITORS.test(parts.slice(root.length).join('/'));
}

/** In small letters, because Express makes no difference. */
function partsOf(path: string): string[] {
  return path.toLowerCase().split('/').filter((part) => part !== '');
}

/** Puts a middleware in front of all others that keeps body parsers away from requests. */
function keepBodies(application: WebApplication, isFor: WebHandler['isFor']): void {
  let top = application;
  while (top.parent !== undefined) top = top.parent;
  if (top === application) return;
  const keep: Middleware = (request, _response, next) => {
    const url = below(application.path?.() ?? '', request.url ?? '');
    // This is how body parsers tell one another that they are done; the bytes are still to come.
    if (url !== undefined && isFor({ method: request.method, url })) Object.assign(request, { _body: true });
    next();
  };
  top.use(keep);
  const stack = stackOf(top);
  const place = stack?.findIndex(({ handle }) => handle === keep) ?? -1;
  if (stack !== undefined && place > 0) stack.unshift(...stack.splice(place, 1));
}

function stackOf(application: WebApplication): Layer[] | undefined {
  try {
    return application._router?.stack ?? application.router?.stack;
  } catch {
    // Without it bodies come parsed, which works too.
    return undefined;
  }
}

/** An address as it is seen below a path, or undefined where it is not below it. */
function below(path: string, url: string): string | undefined {
  const root = path.replace(/\/+/g, '/').replace(/\/$/, '');
  return url.startsWith(`${root}/`) ? url.slice(root.length) : undefined;
}

function runAll(all: readonly Middleware[], request: IncomingMessage, response: ServerResponse, done: Next): void {
  const run = (place: number): void => {
    const middleware = all[place];
    if (middleware === undefined) {
      done();
      return;
    }
    try {
      middleware(request, response, (error) => {
        // 'route' is Express' word for "not this route".
        if (error === undefined || error === null) run(place + 1);
        else done(error);
      });
    } catch (thrown) {
      done(thrown ?? new Error('The middleware failed.'));
    }
  };
  run(0);
}

function functionsIn(value: unknown): Middleware[] {
  if (Array.isArray(value)) return value.flatMap(functionsIn);
  return typeof value === 'function' ? [value as Middleware] : [];
}

/** Node-RED's own CORS middleware, where it is wanted. Node-RED itself answers what browsers ask beforehand. */
function corsOf(api: NodeAPI): Middleware[] {
  const { httpNodeCors, coreNodesDir } = api.settings as WebSettings;
  if (httpNodeCors === undefined || httpNodeCors === null || httpNodeCors === false) return [];
  try {
    const load = createRequire(join(typeof coreNodesDir === 'string' ? coreNodesDir : __dirname, 'index.js'));
    const cors = load('cors') as (options: unknown) => Middleware;
    return [cors(httpNodeCors)];
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    api.log.warn(`httpNodeCors is not applied to the endpoints of receivers, because it could not be loaded: ${reason}`);
    return [];
  }
}
