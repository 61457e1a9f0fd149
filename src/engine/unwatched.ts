import type { UserCalls } from './BuildEnvironment';

/** For user code that nobody watches. */
export const UNWATCHED: UserCalls = {
  enter: () => undefined,
  leave: () => undefined,
};
