/** Something that keeps a graph, or a part of it, from doing what was drawn. Shown to the user instead of a crash. */
export interface Problem {
  /** The node to look at: the id of the operator, or of the ordinary node in question. */
  readonly nodeId: string;
  /** Names the kind of problem for ever, for example `window-not-multiple`; the docs list all of them. */
  readonly code: string;
  /** What is wrong, with the numbers. */
  readonly what: string;
  /** Why that cannot work. */
  readonly why: string;
  /** What to do about it. */
  readonly fix: string;
}
