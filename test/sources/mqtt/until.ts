/** Waits for something that comes over the network; rejects, naming it, when it has not come after 5 s. */
export async function until(what: string, isSo: () => boolean, limit = 5000): Promise<void> {
  const start = performance.now();
  while (!isSo()) {
    if (performance.now() - start > limit) throw new Error(`Waited ${String(limit)} ms in vain: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
}

/** Lets `duration` ms pass, for what must not happen meanwhile. */
export async function pass(duration: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, duration));
}
