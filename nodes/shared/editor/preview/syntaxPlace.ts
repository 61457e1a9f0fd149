/** A place in a text; both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** How long a browser may take to read a function, ms. */
const LONGEST_READING = 500;

/** Finds where the body of a function cannot be read; undefined where it can, or where the browser does not say. */
export type FindSyntaxError = (body: string) => Promise<Place | undefined>;

/** Only a script of its own tells where it cannot be read, so the body becomes one, which never runs any of it. */
export function syntaxErrorFinder(scope: typeof globalThis): FindSyntaxError {
  // Taken now: the doors are closed before any user code runs.
  const { Worker, Blob, URL, setTimeout } = scope;
  const createAddress = URL.createObjectURL.bind(URL);
  return (body) =>
    new Promise((resolve) => {
      const script = `'use strict';throw 0;(function(){\n${body}\n})`;
      const worker = new Worker(createAddress(new Blob([script], { type: 'text/javascript' })));
      const finish = (place?: Place): void => {
        worker.terminate();
        resolve(place);
      };
      worker.onerror = (event) => {
        event.preventDefault();
        const lines = body.split('\n').length;
        const isUnreadable = event.message.includes('SyntaxError') && event.lineno > 1;
        finish(isUnreadable ? { line: Math.min(event.lineno - 1, lines), column: Math.max(1, event.colno) } : undefined);
      };
      setTimeout(finish, LONGEST_READING);
    });
}
