/** Where lines for whoever runs the program go. */
export interface Log {
  warn(text: string): void;
  error(text: string): void;
}
