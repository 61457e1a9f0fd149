import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process as others can recognise it: plain text values. */
export interface ProcessIdentity {
  /** Different for every thread of every start of a program. */
  readonly id: string;
  readonly host: string;
  /** Different for every start of the machine; empty where nobody knows. */
  readonly boot: string;
  readonly process: number;
  /** When the process was started, as the system says it, since process numbers are used again; empty where nobody knows. */
  readonly processStart: string;
}

/** Linux tells both; elsewhere only time tells whether a process is gone. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}

/** The 22nd field of /proc/<id>/stat (proc(5)), counted after the name, which may hold anything. */
function startOf(process: number): string {
  const stat = textOf(`/proc/${String(process)}/stat`);
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function bootId(): string {
  return textOf('/proc/sys/kernel/random/boot_id');
}

/** Of this thread. */
export function ownIdentity(): ProcessIdentity {
  return { id: randomUUID(), host: hostname(), boot: bootId(), process: process.pid, processStart: startOf(process.pid) };
}

/**
 * Whether somebody is gone for certain: a process of this machine that is no more, or was of an earlier start of the machine, or
 * another thread of this very process, which begins a graph again only after the thread that had it has ended. Two containers on
 * one machine have the same boot id and do not see each other's processes, but have names of their own.
 */
export function isGone(other: ProcessIdentity): boolean {
  const own = ownIdentity();
  if (other.host !== own.host) return false;
  if (other.boot === '' || own.boot === '') return false;
  if (other.boot !== own.boot) return true;
  if (other.process === own.process && other.processStart === own.processStart) return other.id !== own.id;
  return startOf(other.process) !== other.processStart;
}
