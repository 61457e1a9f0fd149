import { createRequire } from 'node:module';

/**
 * Loads a file of this folder, or one beside it, when it is wanted for the first time: what most graphs do not use takes memory in
 * none of them. To be called as `loadLater('./File') as typeof import('./File')`, so that the compiler checks the name.
 */
export const loadLater: (path: string) => unknown = createRequire(__filename);
