/**
 * Dialects, each over an engine of its own, as the contract asks for them.
 *
 * @module
 */
import { createSessions } from '../../../src/engine/create-sessions.ts'
import type { SessionManager } from '../../../src/engine/manager.ts'
import type { Dialect } from '../../../src/http/dialects/contract.ts'
import { memoryStore } from '../../../src/stores/memory/store.ts'
import type { MakeDialectBench } from '../../../src/testing/dialect-contract.ts'
import { FEW } from '../../support/engine.ts'
import { testEnv } from '../../support/test-env.ts'
import { breakable } from '../scene.ts'
import type { Flaw } from './flaws.ts'

/** Makes benches of a dialect, spoilt if told so. */
export function benchesOf(
  make: (parts: { readonly sessions: SessionManager; readonly realm: string }) => Dialect,
  { engine = (sessions) => sessions, dialect: spoil = () => ({}) }: Flaw = {},
): MakeDialectBench {
  return async () => {
    const realm = 'here'
    const env = testEnv()
    let away = false
    const kept = createSessions({
      store: breakable(memoryStore({ clock: env.now }), () => away),
      env,
      policy: { cached: FEW, maxStaleness: 0 },
    })
    const sessions = engine(kept, realm)
    const dialect = make({ sessions, realm })
    return {
      dialect: { ...dialect, ...spoil({ dialect, sessions, realm }) },
      sessions,
      realm,
      loseStore() {
        away = true
      },
      [Symbol.asyncDispose]: () => kept.close(),
    }
  }
}
