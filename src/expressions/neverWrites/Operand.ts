/** What is known of a value: made here, so its direct properties may be written; a number; or possibly part of the record. */
export type Kind = 'own' | 'number' | 'readOnly';

/** What an expression turned out to be. */
export interface Operand {
  readonly kind: Kind;
  /** Set where the expression is exactly something that may be assigned to: a variable's name, or PROPERTY_OF_OWN. */
  readonly target?: string;
}

/** No variable's name. */
export const PROPERTY_OF_OWN = 'property of own';
export const READ_ONLY: Operand = { kind: 'readOnly' };
export const OWN: Operand = { kind: 'own' };
export const NUMERIC: Operand = { kind: 'number' };
