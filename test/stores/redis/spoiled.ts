/**
 * Stores in Redis whose scripts are watched, held up, or changed on their way: for what no test can see from outside.
 *
 * @module
 */
import assert from 'node:assert/strict'
import type { Access } from '../../../src/stores/redis/access.ts'
import { readAddress } from '../../../src/stores/redis/address.ts'
import { type RedisClient, redisClient } from '../../../src/stores/redis/client.ts'
import { type Writes, writesOf } from '../../../src/stores/redis/operations/index.ts'
import { type Find, finderOf } from '../../../src/stores/redis/reads/find.ts'
import { epochsOf } from '../../../src/stores/redis/reads/truth.ts'
import { type Script, script } from '../../../src/stores/redis/script.ts'

/** What is written and found, without all that lists. */
export interface Bench extends Writes {
  readonly find: Find
  readonly client: RedisClient
  readonly prefix: string
  close(): void
}

/** How a store is opened. */
export interface BenchOptions {
  readonly url: string
  readonly prefix: string
  readonly clock?: () => number

  /** Pieces of scripts, by the name of each, and what stands in their place: how a naive one is made. */
  readonly changes?: Changes

  /** Is called before each script is sent, and holds it up for as long as it takes. */
  readonly before?: (name: string, keys: readonly string[]) => Promise<void> | void
}

/** Pieces of scripts by name, and what stands in their place. */
export type Changes = Readonly<Record<string, readonly (readonly [piece: string, other: string])[]>>

/** Opens a store. */
export function bench({ url, prefix, clock, changes = {}, before }: BenchOptions): Bench {
  const client = redisClient({ address: readAddress(url), patience: 5_000 })
  const watched: RedisClient = {
    ...client,
    async run(given, partition, keys, args) {
      await before?.(given.name, keys)
      return client.run(changed(given, changes[given.name] ?? []), partition, keys, args)
    },
  }
  const access: Access = { client: watched, prefix, ...(clock && { clock }) }
  const epochs = epochsOf(access)
  return { ...writesOf(access, epochs), find: finderOf(access), client, prefix, close: () => client.close() }
}

/** Holds scripts of one name back until it is told to let them go. */
export interface Gate {
  readonly before: (name: string) => Promise<void>

  /** Resolves when one has come as far as the gate. */
  readonly reached: Promise<void>
  open(): void
}

/** Makes a gate for scripts of a name. */
export function gateBefore(held: string): Gate {
  const reached = Promise.withResolvers<void>()
  const opened = Promise.withResolvers<void>()
  return {
    reached: reached.promise,
    open: opened.resolve,
    async before(name) {
      if (name !== held) return
      reached.resolve()
      await opened.promise
    },
  }
}

function changed(given: Script, changes: Changes[string] = []): Script {
  let { source } = given
  for (const [piece, other] of changes) {
    assert.ok(source.includes(piece), `${given.name} has "${piece}"`)
    source = source.replace(piece, other)
  }
  return script(given.kind, given.name, source)
}
