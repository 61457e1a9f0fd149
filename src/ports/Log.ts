/** Where lines for whoever runs the program go. */
export interface Log {
  warn(text: string): void;
  error(text: string): void;
  /** What a program was asked to show, such as by `print`, line by line; shown as warnings where this is missing. */
  log?(text: string): void;
}
