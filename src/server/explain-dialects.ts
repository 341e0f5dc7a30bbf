/**
 * Which dialects a server speaks, and at which paths, for people.
 *
 * @module
 */
import { createSessions } from '../engine/create-sessions.ts'
import { nodeEnv } from '../env.ts'
import { memoryStore } from '../stores/memory/store.ts'
import type { DialectName } from './dialect-values.ts'
import { type DialectSettings, mountsOf } from './dialects.ts'

/** A dialect, and where it is spoken. */
export interface SpokenDialect {
  readonly name: DialectName
  readonly realm: string

  /** The only host on which it is spoken; absent where it is spoken on all of them. */
  readonly host?: string

  /** Paths that are its own, with all that is under them. */
  readonly under: readonly string[]

  /** Paths that are its own without what is under them. */
  readonly exactly: readonly string[]
}

/** Tells where each dialect is spoken. What one answers before another is told of the first alone. */
export async function explainDialects(settings: DialectSettings): Promise<readonly SpokenDialect[]> {
  const env = nodeEnv()
  const sessions = createSessions({ store: memoryStore({ clock: env.now }), env, policy: { cached: 1 } })
  try {
    const taken = new Set<string>()
    return mountsOf(settings, sessions).map(({ dialect, prefix = '' }, index) => {
      const { name, realm, host } = settings.dialects[index] as DialectSettings['dialects'][number]
      const free = (paths: readonly string[]): readonly string[] =>
        paths
          .map((path) => prefix + path)
          .filter((path) => {
            const place = `${host ?? ''} ${path}`
            return !taken.has(place) && taken.add(place)
          })
      const [under, exactly] = [free(dialect.roots), free(dialect.exact)]
      return { name, realm, under, exactly, ...(host !== undefined && { host }) }
    })
  } finally {
    await sessions.close()
  }
}
