import { Refusal } from './AdminRequest';

/** As `isSavepointName` of the durability has it, which is not loaded for this. */
const NAME = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * The name of a savepoint in a body of which nothing is known.
 * @param property where it stands
 * @throws {Refusal} where there is none, or it is none
 */
export function savepointName(body: unknown, property: 'name' | 'savepoint'): string {
  const name: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, property) : undefined;
  if (typeof name !== 'string' || !NAME.test(name)) {
    throw new Refusal(400, `The body must have "${property}", the name of a savepoint: 1 to 64 letters, digits, hyphens and underscores.`);
  }
  return name;
}
