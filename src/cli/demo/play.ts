/**
 * The demo from beginning to end: people come in, and go on living until they are told to stop.
 *
 * @module
 */
import { setTimeout as pause } from 'node:timers/promises'
import { CommandError, EXIT } from '../exit.ts'
import { counted } from '../phrases.ts'
import type { Terminal } from '../terminal.ts'
import { chanceFrom } from './chance.ts'
import { fill, strangersAmong, usersOf } from './fill.ts'
import { beginLife, type Life } from './life.ts'
import { createProgress } from './progress.ts'
import { enter, isPlayed, type Theatre } from './stage.ts'

/** What to play, and where. */
export interface Play extends Theatre {
  readonly users: number
  readonly seed: string

  /** Things that happen in a second; at 0 people come in, and that is all. */
  readonly rate: number

  /** Decides whether to go on where so many others live, whom nobody invented. */
  readonly admit: (strangers: number) => Promise<boolean>

  /** Ends it. */
  readonly signal: AbortSignal
}

/** What was played. */
export interface Played {
  readonly users: number
  readonly sessions: number
  readonly happened: ReadonlyMap<string, number>
}

/** Deeds at once, unpaced, after everybody has come in: so that something is over already when people look. */
const MORNING = 120

/** How long to wait before asking again a server that is out of reach, in milliseconds. */
const PATIENCE = 2_000

/**
 * Plays until the signal. Answers undefined where it was not admitted.
 *
 * @throws CommandError where the server refuses what the play cannot do without.
 */
export async function play(
  { users, seed, rate, signal, admit, ...theatre }: Play,
  terminal: Pick<Terminal, 'progress' | 'err'>,
): Promise<Played | undefined> {
  const stage = enter(theatre)
  const tell = createProgress(terminal, 'Users', users)
  const there = await usersOf(stage, theatre.realm)
  const strangers = strangersAmong(there, seed, users)
  if (strangers > 0 && !(await admit(strangers))) return undefined
  const filled = await fill(
    stage,
    { users, seed, there },
    {
      signal,
      tell: ({ users, sessions }) => tell(users, counted(sessions, 'session')),
    },
  )
  const happened = new Map<string, number>()
  const life = beginLife({
    stage,
    users,
    seed,
    realm: theatre.realm,
    chance: chanceFrom(`${seed} life`),
    target: Math.max(filled.sessions, Math.ceil(users / 2)),
  })
  if (rate > 0 && !signal.aborted) {
    terminal.err(`${counted(filled.users, 'user')} are in. Life goes on; Ctrl-C ends it.\n`)
    await live(life, { rate, signal, happened, err: terminal.err, size: stage.world.size })
  }
  return { ...filled, happened }
}

interface Pace {
  readonly rate: number
  readonly signal: AbortSignal
  readonly happened: Map<string, number>
  readonly err: (text: string) => void
  readonly size: () => number
}

async function live(life: Life, { rate, signal, happened, err, size }: Pace): Promise<void> {
  const hurried = Math.min(MORNING, size())
  let reachable = true
  for (let deeds = 0; !signal.aborted; deeds++) {
    const there = await takeStep(life, happened)
    if (there !== reachable && !signal.aborted)
      err(there ? 'The server is back.\n' : 'The server is out of reach. Trying again until it is back.\n')
    reachable = there
    if (!there || deeds >= hurried) await wait(there ? 1_000 / rate : PATIENCE, signal)
  }
}

/** Lets one thing happen. Answers false where the server is out of reach. */
async function takeStep(life: Life, happened: Map<string, number>): Promise<boolean> {
  try {
    const deed = await life.step()
    if (deed !== undefined) happened.set(deed, (happened.get(deed) ?? 0) + 1)
  } catch (fault) {
    if (isPlayed(fault)) return true
    if (!(fault instanceof CommandError && fault.exitCode === EXIT.unavailable)) throw fault
    return false
  }
  return true
}

async function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  await pause(milliseconds, undefined, { signal }).catch(() => {})
}
