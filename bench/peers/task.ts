/**
 * What every peer is told, and what it answers with when it is ready.
 *
 * @module
 */
import { createHmac } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { type Origin, originOf, userOf } from '../people.ts'

/** What a peer is to do: fill itself with live sessions, and serve. */
export interface Task {
  readonly port: number
  readonly folder: string

  /** Sessions in all, and of each user. */
  readonly sessions: number
  readonly perUser: number

  /** Where to write what a holder would send, one session a line, in order. */
  readonly credentials: string

  /** Which of several ways, where a peer knows several. */
  readonly mode: string

  /** The URL of a database of its own, where the peer asked for one; else empty. */
  readonly database: string
}

/** A user, as an application knows them. */
export interface Person {
  readonly id: string
  readonly name: string

  /** Holds the id. */
  readonly email: string
}

/** What a session of an application holds, beside what the peer adds to it. */
export interface Visit extends Origin {
  readonly user: Person
  readonly startedAt: string
}

/** The key that cookies and tokens are signed with. */
export const SECRET = 'ed1a7c0b54f24fb3a7c5b8e9d60231f7'

/** How long each session lives, in seconds. */
export const LIFETIME: number = 7 * 86_400

/** Reads the task from the command line. */
export function readTask(): Task {
  return JSON.parse(process.argv[2] ?? '') as Task
}

/** The session of that number. */
export function visitOf({ perUser }: Task, number: number): Visit {
  const id = userOf(number, perUser)
  const user = { id, name: 'Ada Lovelace', email: `${id}@example.org` }
  return { user, startedAt: new Date().toISOString(), ...originOf(number) }
}

/** Makes each session, some at a time, and keeps what their holders would send, in order. */
export async function fill(
  task: Task,
  make: (number: number) => Promise<string>,
  atOnce = 100,
): Promise<void> {
  const credentials: string[] = []
  for (let start = 0; start < task.sessions; start += atOnce) {
    const length = Math.min(atOnce, task.sessions - start)
    credentials.push(...(await Promise.all(Array.from({ length }, (_, index) => make(start + index)))))
  }
  writeFileSync(task.credentials, `${credentials.join('\n')}\n`)
}

/** Says that the peer is filled and listens. */
export function sayReady(): void {
  process.stdout.write('warm\n')
}

/** A new SQLite file. It syncs each write, as Rollcall's does, from {@link syncWrites} on. */
export function openDatabase({ folder }: Task): DatabaseSync {
  const database = new DatabaseSync(`${folder}/peer.db`)
  database.exec('pragma journal_mode = wal; pragma synchronous = off')
  return database
}

/** Ends the time in which writes need not reach the disk. */
export function syncWrites(database: DatabaseSync): void {
  database.exec('pragma synchronous = full')
}

/** A value and its HMAC-SHA-256, as the frameworks sign cookies. */
export function signed(value: string): string {
  return `${value}.${createHmac('sha256', SECRET).update(value).digest('base64')}`
}

/** The same without padding. */
export function signedBare(value: string): string {
  return signed(value).replace(/=+$/, '')
}
