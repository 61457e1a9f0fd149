import type { SinkProblem } from '../Sink';

/** What a server answered, as far as it matters. */
export interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
}

/** What an attempt means for the record and for the next attempt. */
export type Verdict =
  | { readonly kind: 'arrived' }
  /** The same request would be answered the same way again. */
  | { readonly kind: 'refused'; readonly problem: SinkProblem }
  | {
      readonly kind: 'again';
      readonly problem: SinkProblem;
      /** A few words for the status. */
      readonly text: string;
      /** ms that the server wants to be left alone. */
      readonly atLeast: number;
      /** Whether it will hardly pass by itself. */
      readonly isLasting: boolean;
    };

/** No answer came in time. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
}

/** ms. A server that asks for more patience is asked again after this. */
const LONGEST_PATIENCE = 300_000;

const REQUEST_TIMEOUT = 408;
const TOO_MANY_REQUESTS = 429;

/**
 * Judges an answer by its status (RFC 9110, 15): 2xx has arrived; 408, 429 and 5xx may pass; everything else will not.
 * @param now ms since the epoch
 */
export function judge(answer: Answer, host: string, now: number): Verdict {
  const { status } = answer;
  if (status >= 200 && status < 300) return { kind: 'arrived' };
  if (status === REQUEST_TIMEOUT || status === TOO_MANY_REQUESTS || status >= 500) {
    return {
      kind: 'again',
      text: `server says ${String(status)}`,
      atLeast: patience(answer.retryAfter, now),
      isLasting: false,
      problem: {
        code: 'sink-server-busy',
        what: `The server at ${host} answers ${String(status)}.`,
        why:
          status === TOO_MANY_REQUESTS
            ? 'It gets more requests than it takes. Nothing was dropped; batches wait.'
            : 'It cannot take the records now. Nothing was dropped; batches wait.',
        fix: 'Look at the log of the server. Sending goes on by itself when it answers with 2xx.',
      },
    };
  }
  const isRedirect = status >= 300 && status < 400;
  return {
    kind: 'refused',
    problem: {
      code: 'sink-refused',
      what: `The server at ${host} answered ${String(status)} to a record, which was dropped.`,
      why: isRedirect
        ? 'It wants the record elsewhere, and redirects are not followed, so that no secret goes to another place.'
        : 'It would answer the same request the same way again.',
      fix: isRedirect
        ? 'Give the sink the address that the server redirects to.'
        : 'Check address and header in the sink, and that the server takes what is sent: see its answer in its own log.',
    },
  };
}

/** Judges an attempt that brought no answer. */
export function noAnswer(error: NodeJS.ErrnoException, host: string, timeout: number): Verdict {
  if (error instanceof TimeoutError) {
    return again('no answer', {
      code: 'sink-timeout',
      what: `The server at ${host} did not answer within ${String(timeout)} ms.`,
      why: 'It is overloaded, or something on the way swallows requests. Nothing was dropped; batches wait.',
      fix: 'Look at the server, or give it more time in the sink. The same record is sent again, with the same Idempotency-Key.',
    });
  }
  const code = codeOf(error);
  if (code !== undefined && isTlsError(code)) {
    return again('TLS refused', {
      code: 'sink-tls-refused',
      what: `No encrypted connection to the server at ${host}: ${code}.`,
      why: 'Its certificate cannot be trusted, or the two sides could not agree. Nothing was dropped; batches wait.',
      fix: 'Give the server a certificate of a known authority, or name the authority in NODE_EXTRA_CA_CERTS when starting Node-RED.',
    }, true);
  }
  return again('no connection', {
    code: 'sink-unreachable',
    what: `No connection to the server at ${host}: ${code ?? 'it closed the connection without an answer'}.`,
    why: 'Nothing at this address takes requests. Nothing was dropped; batches wait.',
    fix: 'Check that the server runs, and address, port and firewall. Sending goes on by itself.',
  });
}

function again(text: string, problem: SinkProblem, isLasting = false): Verdict {
  return { kind: 'again', text, problem, atLeast: 0, isLasting };
}

/** `Retry-After` (RFC 9110, 10.2.3): seconds, or a date. @returns ms, 0 where it says nothing */
function patience(text: string | undefined, now: number): number {
  if (text === undefined) return 0;
  const wanted = /^\d+$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - now;
  return wanted > 0 ? Math.min(wanted, LONGEST_PATIENCE) : 0;
}

/** Node.js tries all addresses of a name at once and reports what became of each. */
function codeOf(error: NodeJS.ErrnoException): string | undefined {
  const first: unknown = error instanceof AggregateError && !('code' in error) ? error.errors[0] : error;
  const code = (first as { readonly code?: unknown }).code;
  return typeof code === 'string' ? code : undefined;
}

/** The names that Node.js gives to certificates it rejects (X509_V_ERR_…) and to handshakes that fail. */
function isTlsError(code: string): boolean {
  return /^(ERR_(TLS|SSL|OSSL)|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|EPROTO$)/.test(code);
}
