/** A style sheet, as the text that the build puts into the bundle. */
declare module '*.css' {
  const text: string;
  export default text;
}
