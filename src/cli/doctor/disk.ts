/**
 * Whether there is room on the disk, and whether what is synced gets there.
 *
 * @module
 */
import { closeSync, existsSync, fdatasyncSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { sized } from '../phrases.ts'
import { doubtful, type Finding, well, wrong } from './finding.ts'

const LEAST_SPACE = 67_108_864
const LITTLE_SPACE = 1_073_741_824

/** Syncs that are timed; half of them took no longer than what is told. */
const SYNCS = 15
const PAGE: Uint8Array = new Uint8Array(4_096)

/** Faster than any disk, and slower than people wait, in milliseconds. */
const TOO_FAST = 0.03
const SLOW = 50

/** File systems that forget everything, by what `statfs` calls them. */
const FORGETFUL: Readonly<Record<number, string>> = { 16914836: 'tmpfs', 2240043254: 'ramfs' }

/** Examines the disk that a file is on, or would be. Leaves nothing behind. */
export function examineDisk(path: string): readonly Finding[] {
  const folder = nearestFolder(dirname(resolve(path)))
  const { type, bavail, bsize } = statfsSync(folder)
  return [examineSpace(folder, bavail * bsize), examineSync(folder, FORGETFUL[type])]
}

function nearestFolder(folder: string): string {
  return existsSync(folder) || folder === dirname(folder) ? folder : nearestFolder(dirname(folder))
}

/** Judges how much room there is. */
export function examineSpace(folder: string, free: number): Finding {
  const says = `${sized(free)} are free in ${folder}.`
  if (free < LEAST_SPACE) return wrong('disk', says, 'Make room: a full disk refuses every write with 503.')
  if (free < LITTLE_SPACE)
    return doubtful('disk', says, 'Make room, or keep less of the journal: --journal-age, --journal-entries.')
  return well('disk', says)
}

function examineSync(folder: string, forgetful: string | undefined): Finding {
  const file = join(folder, `.rollcall-doctor-${process.pid}`)
  try {
    return judgeSync(timeSyncs(file), forgetful)
  } catch (fault) {
    return wrong(
      'sync',
      `Nothing can be written in ${folder} (${fault instanceof Error ? fault.message : 'unknown cause'}).`,
      'Let this user write there, or choose another place: --store sqlite:PATH.',
    )
  } finally {
    rmSync(file, { force: true })
  }
}

/** Judges how long a synced write takes, in milliseconds, on a file system that keeps what it is given or not. */
export function judgeSync(milliseconds: number, forgetful?: string): Finding {
  const says = `A synced write takes ${milliseconds.toFixed(2)} ms.`
  if (forgetful !== undefined)
    return doubtful(
      'sync',
      `The file is on ${forgetful}, in memory.`,
      'All is gone when the machine restarts. Keep it on a disk: --store sqlite:PATH.',
    )
  if (milliseconds < TOO_FAST)
    return doubtful(
      'sync',
      `${says} That is faster than disks are.`,
      'What is acknowledged may be lost with the power. See whether the disk or the virtual machine ignores syncs.',
    )
  if (milliseconds > SLOW)
    return doubtful('sync', `${says} That is slow.`, 'Every end waits for it. Use a faster disk.')
  return well('sync', says)
}

function timeSyncs(file: string): number {
  const descriptor = openSync(file, 'wx', 0o600)
  try {
    const times = Array.from({ length: SYNCS }, () => {
      const begun = performance.now()
      writeSync(descriptor, PAGE)
      fdatasyncSync(descriptor)
      return performance.now() - begun
    })
    return times.sort((one, other) => one - other)[(SYNCS - 1) / 2] ?? 0
  } finally {
    closeSync(descriptor)
  }
}
