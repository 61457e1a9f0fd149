import type { Disk } from '../../ports/Disk';
import { segmentSeed } from '../frame';
import { hasDurableFrames, latest, listSegments, type LogPlace, openSegment, type OpenedSegment, segmentPath } from '../readLog';
import { scanFrames } from '../scanFrames';
import { type FrameMark, type LogPart, mapSegment } from './mapSegment';

/** What the checkpoint says of the log. */
export interface CoveredLog {
  /** The first frame that is needed. */
  readonly from: number;
  /** The last frame of which the checkpoint has the packet ids and marks. */
  readonly lastFrame: number;
}

export interface DamagedLogVisitor {
  /** @param isCovered whether the checkpoint has its packet ids and marks */
  frame(type: number, payload: Uint8Array, isCovered: boolean): void;
  /** @param type of the one frame that was there; `none` for a place without frames; undefined: nobody knows what was there */
  hole(file: string, offset: number, bytes: number, type: number | 'none' | undefined): void;
  /** Called every few megabytes, and waited for. */
  partEnded?(): Promise<void>;
}

interface Member {
  readonly segment: OpenedSegment;
  /** What the next one says of its end; undefined where nothing says anything. */
  readonly end: { readonly end: number; readonly lastFrame: number } | undefined;
  parts: readonly LogPart[];
  /** Where the segment in front is missing: its file. */
  gap?: string;
}

/** A log with damage, cut into runs of good frames and the holes between them. Reading it changes nothing. */
export interface DamagedLog {
  /** Whether the first frame there ever was is in it, or was where the first hole is. */
  readonly hasBeginning: boolean;
  read(visitor: DamagedLogVisitor): Promise<void>;
}

/**
 * Finds all of a log that can be read: every frame that is whole and in its place counts, in the order of the log. Frames in front of
 * those that the checkpoint needs are left out, and so are holes that lie wholly in front of them.
 * @throws NewerFormatError; DurabilityError for a segment of another graph
 */
export async function mapDamagedLog(disk: Disk, place: LogPlace, covered: CoveredLog): Promise<DamagedLog> {
  const { members, hasBeginning } = await membersOf(disk, place, covered.from);
  const first = members[0]?.segment.header?.firstFrame;
  let next = first;
  let tail: readonly FrameMark[] = [];
  for (const member of members) {
    const { segment, end } = member;
    const { header } = segment;
    const mapped = await mapSegment(disk, place.graph, segment, end?.end, header === undefined ? tail : []);
    tail = mapped.tail;
    member.parts = numbered(mapped.parts, header?.firstFrame ?? (mapped.hasCarried ? next : undefined), end?.lastFrame);
    const own = header?.firstFrame ?? firstOf(member.parts);
    // Without a header, nothing else says where the segment in front ended.
    const isWhole = next === own ? own !== undefined : mapped.hasCarried;
    const gap = member.gap ?? (header === undefined && member !== members[0] && !isWhole ? segment.path : undefined);
    if (gap !== undefined) member.parts = [missing(gap, 0, isWhole ? 'none' : undefined), ...member.parts];
    next = end === undefined ? nextOf(member.parts, own) : end.lastFrame + 1;
  }
  const parts = members.flatMap((member) => member.parts);
  const last = members.at(-1);
  const lastPath = last?.segment.path ?? place.folder;
  // The beginning may be missing, and so may the end: then there is no byte to point at.
  const isBeginningMissing = first === undefined ? members.length > 0 && !hasBeginning : first > covered.from;
  if (isBeginningMissing) parts.unshift(missing(members[0]?.segment.path ?? place.folder, 0));
  if (members.length === 0) next = 1;
  if (next !== undefined && next <= covered.lastFrame) parts.push(missing(lastPath, last?.segment.size ?? 0));
  const needed = withoutCovered(parts, covered.from);
  return {
    hasBeginning,
    read: async (visitor) => {
      for (const [index, part] of needed.entries()) {
        if (part.kind === 'hole') visitor.hole(part.path, part.offset, part.bytes, part.type);
        else await readRun(disk, place.graph, part, visitor, covered, needed.slice(index + 1));
        await visitor.partEnded?.();
      }
    },
  };
}

type Run = Extract<LogPart, { kind: 'run' }>;

async function readRun(
  disk: Disk, graph: string, { path, segment, begin, end, first }: Run, visitor: DamagedLogVisitor, covered: CoveredLog, later: readonly LogPart[],
): Promise<void> {
  // Without a number it is in front of the next frame that has one.
  const isCovered = later.some((part) => part.kind === 'run' && part.first !== undefined && part.first <= covered.lastFrame);
  let number = first;
  await scanFrames(disk, { path, seed: segmentSeed(graph, segment), begin, end }, ({ type, payload }) => {
    if (number === undefined || number >= covered.from) visitor.frame(type, payload, number === undefined ? isCovered : number <= covered.lastFrame);
    if (number !== undefined) number++;
  });
}

/** The segments that the log consists of, in order: the chain of those that can be read, and damaged ones where they belong. */
async function membersOf(
  disk: Disk, place: LogPlace, from: number,
): Promise<{ readonly members: Member[]; readonly hasBeginning: boolean }> {
  const opened: OpenedSegment[] = [];
  for (const file of await listSegments(disk, place.folder)) opened.push(await openSegment(disk, place, file));
  const last = latest(opened.filter((segment) => segment.problem === undefined))?.segment ?? 0;
  const members: Member[] = [];
  for (const segment of opened) {
    if (segment.segment < last || segment.problem === undefined) continue;
    // As for any start: one that was begun and never finished.
    if (segment.looksTorn && !(await hasDurableFrames(disk, place.graph, segment))) continue;
    members.push({ segment, end: undefined, parts: [] });
  }
  let current = opened.find(({ segment }) => segment === last);
  if (current !== undefined) {
    // Where its own header can be read, the next one says where this one ends.
    const [follower] = members;
    members.unshift({ segment: current, end: endOf(follower?.segment, current), parts: [] });
  } else {
    current = members[0]?.segment;
  }
  while (current !== undefined && (current.header === undefined || (current.header.previous !== null && current.header.firstFrame > from))) {
    const number: number = current.header?.previous?.segment ?? Infinity;
    const limit: number = current.segment;
    const lower = opened.filter((each) => each.segment < limit && (each.problem === undefined || !each.looksTorn || each.segment === number));
    const before: OpenedSegment | undefined = lower.find(({ segment }) => segment === number) ?? lower.at(-1);
    if (before === undefined) break;
    const isNext = before.segment === number;
    members.unshift({ segment: before, end: isNext ? endOf(current, before) : undefined, parts: [] });
    current = before;
  }
  for (const [index, member] of members.entries()) {
    const before = members[index - 1]?.segment.segment;
    // Without a header it says nothing of the one in front, which most probably has the number in front.
    const wanted = member.segment.header === undefined ? member.segment.segment - 1 : member.segment.header.previous?.segment;
    if (before !== undefined && wanted !== undefined && before !== wanted) member.gap = segmentPath(place.folder, wanted);
  }
  const oldest = members[0]?.segment;
  const hasBeginning = oldest?.header === undefined ? oldest?.segment === 1 : oldest.header.previous === null;
  return { members, hasBeginning };
}

function endOf(follower: OpenedSegment | undefined, { segment }: OpenedSegment): Member['end'] {
  const previous = follower?.header?.previous ?? undefined;
  return previous?.segment === segment ? previous : undefined;
}

/** Gives runs the numbers of their first frames, as far as they follow from what is known of the beginning and the end. */
function numbered(parts: readonly LogPart[], firstFrame: number | undefined, lastFrame: number | undefined): readonly LogPart[] {
  const forward: (number | undefined)[] = [];
  let number = firstFrame;
  for (const part of parts) {
    forward.push(number);
    number = framesIn(part) === undefined || number === undefined ? undefined : number + (framesIn(part) ?? 0);
  }
  let after = lastFrame === undefined ? undefined : lastFrame + 1;
  return [...parts].reverse().map((part, index) => {
    after = after === undefined || framesIn(part) === undefined ? undefined : after - (framesIn(part) ?? 0);
    const first = forward[parts.length - 1 - index] ?? after;
    return part.kind === 'run' && first !== undefined ? { ...part, first } : part;
  }).reverse();
}

function framesIn(part: LogPart): number | undefined {
  if (part.kind === 'run') return part.frames;
  return part.type === 'none' ? 0 : part.isOneFrame ? 1 : undefined;
}

function nextOf(parts: readonly LogPart[], first: number | undefined): number | undefined {
  return parts.reduce<number | undefined>((number, part) => {
    const begin = part.kind === 'run' ? part.first ?? number : number;
    const frames = framesIn(part);
    return begin === undefined || frames === undefined ? undefined : begin + frames;
  }, first);
}

/** The number of the first frame, where nothing but a header is missing in front of it. */
function firstOf(parts: readonly LogPart[]): number | undefined {
  const run = parts.find((part) => part.kind === 'run' || part.type !== 'none');
  return run?.kind === 'run' ? run.first : undefined;
}

/** Without runs that lie wholly in front of a frame; holes there are damage all the same, but nothing was in them that is needed. */
function withoutCovered(parts: readonly LogPart[], from: number): readonly LogPart[] {
  const firstNeeded = parts.findLastIndex((part) => part.kind === 'run' && part.first !== undefined && part.first <= from);
  return parts.flatMap((part, index) => {
    if (index >= firstNeeded) return [part];
    return part.kind === 'hole' ? [{ ...part, type: 'none' }] : [];
  });
}

function missing(path: string, offset: number, type?: 'none'): LogPart {
  return { kind: 'hole', path, offset, bytes: 0, type, isOneFrame: false };
}
