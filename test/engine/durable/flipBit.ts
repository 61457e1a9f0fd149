import type { World } from './World';

/** Turns one bit of a file on the disk of a world, as bits do that nobody wrote. */
export async function flipBit(world: World, path: string, at: number): Promise<void> {
  const disk = world.disk.connect();
  const bytes = Buffer.from(await disk.read(path, 0, 1_000_000));
  bytes[at] = bytes[at]! ^ 1;
  await disk.remove(path);
  const file = await disk.create(path);
  await file.append(bytes);
  await file.fsync();
  await file.close();
  await disk.fsyncFolder(path.split('/')[0]!);
}
