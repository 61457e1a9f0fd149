import { canonicalJson } from '../../plan/canonical';
import { planFingerprint } from '../../plan/fingerprint';
import type { Plan } from '../../plan/Plan';
import { validatePlan } from '../../plan/validatePlan';
import type { Disk } from '../../ports/Disk';

const FOLDER = 'plans';

/** The largest plan that is read, bytes. */
const LARGEST = 64 * 1024 * 1024;

/**
 * The plans that batches were made for, each in a file named after its fingerprint: batches that were interrupted run again
 * with the plan that they began with.
 */
export class PlanFiles {
  readonly #disk: Disk;
  readonly #epoch: number;
  /** The names of those that are known to be there. */
  readonly #kept = new Set<string>();

  /** @param epoch of the folder's owner: one that was paused may still write */
  constructor(disk: Disk, epoch: number) {
    this.#disk = disk;
    this.#epoch = epoch;
  }

  /** Keeps a plan, before the first batch that is made for it. @returns its name */
  async keep(plan: Plan): Promise<string> {
    const name = planFingerprint(plan);
    if (this.#kept.has(name)) return name;
    await this.#disk.makeFolder(FOLDER);
    const present = (await this.#disk.list(FOLDER)).map((entry) => entry.name);
    const path = `${FOLDER}/${name}.json`;
    if (!present.includes(`${name}.json`)) {
      const temporary = `${path}.${String(this.#epoch)}.tmp`;
      await this.#disk.remove(temporary);
      const file = await this.#disk.create(temporary);
      try {
        await file.append(Buffer.from(canonicalJson(plan)));
        await file.fsync();
      } finally {
        await file.close();
      }
      await this.#disk.rename(temporary, path);
      await this.#disk.fsyncFolder(FOLDER);
    }
    this.#kept.add(name);
    return name;
  }

  /** Forgets the plans that no batch in the log was made for. */
  async forgetAllBut(needed: ReadonlySet<string>): Promise<void> {
    this.#kept.clear();
    await this.#disk.makeFolder(FOLDER);
    for (const { name } of await this.#disk.list(FOLDER)) {
      if (!needed.has(name.replace(/\.json(\.\d+\.tmp)?$/, ''))) await this.#disk.remove(`${FOLDER}/${name}`);
    }
  }

  /** @returns undefined where there is none of that name, or it cannot be read */
  async read(name: string): Promise<Plan | undefined> {
    try {
      const bytes = await this.#disk.read(`${FOLDER}/${name}.json`, 0, LARGEST);
      const plan = validatePlan(JSON.parse(Buffer.from(bytes).toString('utf8')));
      // What was changed by hand, or by a bad sector, is not the plan that the batch was made for.
      return planFingerprint(plan) === name ? plan : undefined;
    } catch {
      return undefined;
    }
  }
}
