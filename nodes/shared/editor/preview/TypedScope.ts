import { inferType } from './inferType';

interface EditorGlobals {
  readonly monaco?: {
    readonly languages: {
      readonly typescript: {
        readonly javascriptDefaults: { addExtraLib(source: string, path: string): { dispose(): void } };
      };
    };
  };
}

/** Tells Monaco what names there are in user code, for completion and for underlining slips; and later of what type they are. */
export class TypedScope {
  readonly #name: string;
  readonly #source: (type: string) => string;
  #type = 'any';
  #library: { dispose(): void } | undefined;

  /**
   * @param name of the node set
   * @param source the declarations, given the type of the values that flow in
   */
  constructor(name: string, source: (type: string) => string) {
    this.#name = name;
    this.#source = source;
    this.#declare();
  }

  /** Learns the type from values; of none it is `any`. */
  learn(values: readonly unknown[]): void {
    const type = inferType(values);
    if (type === this.#type) return;
    this.#type = type;
    this.#declare();
  }

  close(): void {
    this.#library?.dispose();
    this.#library = undefined;
  }

  #declare(): void {
    this.close();
    const defaults = (globalThis as EditorGlobals).monaco?.languages.typescript.javascriptDefaults;
    this.#library = defaults?.addExtraLib(this.#source(this.#type), `file://types/dstream/${this.#name}.d.ts`);
  }
}
