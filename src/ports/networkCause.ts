/** Codes of the operating system, in words. */
const CAUSES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the other side broke the connection off',
  EPIPE: 'the other side broke the connection off',
  ENOTFOUND: 'no machine of this name is known',
  EAI_AGAIN: 'the name of the machine could not be looked up just now',
  ETIMEDOUT: 'nothing answered',
  EHOSTUNREACH: 'no way leads to this machine',
  ENETUNREACH: 'no way leads to this network',
  EADDRINUSE: 'another program, or another receiver, listens on this port',
  EADDRNOTAVAIL: 'this machine has no such address',
  EACCES: 'this user may not use the port',
};

/** Why a connection failed, in words, with the code of the operating system where there is one. */
export function networkCause(error: Error): string {
  // Node.js tries all addresses of a name and reports what became of each.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  const cause = first instanceof Error ? first : error;
  const { code } = cause as { readonly code?: unknown };
  const words = typeof code === 'string' ? CAUSES[code] : undefined;
  return words === undefined ? cause.message : `${words} (${String(code)})`;
}

/** An address as it is written; one of IPv6 goes into brackets. */
export function addressText(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${String(port)}`;
}
