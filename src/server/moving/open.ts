/**
 * Opening a store in order to move what is in it.
 *
 * @module
 */
import { isRollcallError, RollcallError } from '../../core/errors.ts'
import type { SessionStore } from '../../core/store.ts'
import { nodeEnv } from '../../env.ts'
import { withConfigFile } from '../config-file.ts'
import { openStore, shown } from '../open-store.ts'
import { readSettings, type Sources } from '../settings.ts'

/** A store that was opened, and what people may call it. */
export interface Opened {
  readonly store: SessionStore
  readonly name: string
}

/** Opens the store that settings name. @throws RollcallError saying what to do, without a secret. */
export async function openMovable(sources: Sources): Promise<Opened> {
  const settings = readSettings(withConfigFile(sources))
  const name = shown(settings.store)
  if (settings.store.kind === 'memory')
    throw new RollcallError('bad-request', 'Memory holds nothing once its server has ended. Name a --store.')
  try {
    const store = await openStore(settings, nodeEnv().now)
    return { store, name }
  } catch (fault) {
    if (!isRollcallError(fault) || !fault.message.startsWith('Another Rollcall is running')) throw fault
    throw new RollcallError(
      'conflict',
      `${fault.message.split('. ')[0]}. Stop it first: a file has one program at a time, and nothing is to change while it is moved.`,
    )
  }
}
