/**
 * Sessions as they are in truth: with the ending that an epoch brought to them.
 *
 * @module
 */
import { dueEnding, isLive } from '../../../core/policy.ts'
import type { SessionRecord } from '../../../core/session.ts'
import type { UserRecord } from '../../../core/user.ts'
import { type Access, ask, textsOf } from '../access.ts'
import { type MassEnding, readMass } from '../entry.ts'
import { baseOf, homeOf, KEYS, partitionOfId, restOfId } from '../keys.ts'
import { readSession } from '../record.ts'
import { MASS_ENDINGS } from '../scripts/reading.ts'

/** Reads epochs of realms. */
export interface Epochs {
  /** The epoch of a realm, read no earlier than this was called; all who ask in one turn share one reading. */
  of(realm: string): Promise<number>
}

/** Prepares to read epochs. */
export function epochsOf({ client, prefix }: Access): Epochs {
  const gathering = new Map<string, Promise<number>>()

  async function read(realm: string): Promise<number> {
    await Promise.resolve()
    gathering.delete(realm)
    const home = homeOf(realm)
    const epoch = await client.read(home, 'HGET', baseOf(prefix, home) + KEYS.realm(realm), 'epoch')
    return Number(epoch ?? 0)
  }

  return {
    of(realm) {
      const reading = gathering.get(realm) ?? read(realm)
      gathering.set(realm, reading)
      return reading
    },
  }
}

/** Tells what became of sessions that an epoch has passed by. What it has looked up once, it keeps. */
export interface Truth {
  /** The session with its ending, by the epochs as they were read with it. */
  resolve(record: SessionRecord, user: UserRecord | undefined, realmEpoch: number): Promise<SessionRecord>
}

/** Prepares to tell the truth within one call. */
export function truthOf(access: Access): Truth {
  const known = new Map<string, Promise<readonly MassEnding[]>>()

  function massEndings(partition: string, realm: string, user?: string): Promise<readonly MassEnding[]> {
    const name = `${realm}\n${user ?? ''}`
    const endings = known.get(name) ?? findMassEndings(access, partition, realm, user)
    known.set(name, endings)
    return endings
  }

  return {
    async resolve(record, user, realmEpoch) {
      if (!isOutdated(record, user, realmEpoch)) return record
      const { realm, userId } = record
      const partition = partitionOfId(record.id) ?? ''
      const ofRealm = (await massEndings(homeOf(realm), realm)).filter(
        ({ count }) => record.realmEpoch < count,
      )
      const ofUser =
        userId === undefined
          ? []
          : (await massEndings(partition, realm, userId)).filter(({ count }) => record.userEpoch < count)
      const [first] = [...ofRealm, ...ofUser].sort((a, b) => a.order - b.order)
      if (first === undefined) return afterTidying(access, record)
      const ending = isLive(record, first.ending.at) ? first.ending : dueEnding(record)
      return { ...record, ending }
    },
  }
}

/** Whether an epoch has passed an open session by. */
export function isOutdated(record: SessionRecord, user: UserRecord | undefined, realmEpoch: number): boolean {
  if (record.ending !== undefined) return false
  return record.realmEpoch < realmEpoch || (user !== undefined && record.userEpoch < user.epoch)
}

async function findMassEndings(
  access: Access,
  partition: string,
  realm: string,
  user: string | undefined,
): Promise<readonly MassEnding[]> {
  const texts = textsOf(await ask(access, MASS_ENDINGS, partition, { realm, ...(user && { user }) }))
  return texts.map((text) => readMass(partition, text))
}

/** What ended it is tidied, and so it has an ending of its own by now. It is over in any case. */
async function afterTidying({ client, prefix }: Access, record: SessionRecord): Promise<SessionRecord> {
  const partition = partitionOfId(record.id) ?? ''
  const rest = restOfId(record.id)
  const text = await client.read(partition, 'GET', baseOf(prefix, partition) + KEYS.session(rest))
  const tidied = typeof text === 'string' ? readSession(partition, rest, text) : record
  return tidied.ending === undefined ? { ...record, ending: dueEnding(record) } : tidied
}
