/**
 * Access keys: made, proven, withdrawn.
 *
 * @module
 */
import { LRUCache } from 'lru-cache'
import { type AccessKey, ALL_REALMS, faultOfKeySecret } from '../core/access-key.ts'
import type { Env } from '../core/env.ts'
import { RollcallError } from '../core/errors.ts'
import { newName } from '../core/id.ts'
import type { KeyStore, NewAccessKey } from '../core/store.ts'
import { hashSecret, newKeySecret } from '../core/token.ts'
import type { AccessKeys, KeyRequest } from './administration.ts'
import { LIBRARY } from './library.ts'
import { requireRealm, requireText } from './validate.ts'

/** What keys need. */
export interface KeyParts {
  readonly store: KeyStore
  readonly env: Env

  /** The moment, on the monotonic clock, until which this node may vouch for what it has at hand. */
  readonly leaseUntil: () => number
  readonly wrote: () => void
}

/** The keys' part of the engine, and a way to make it forget what it has at hand. */
export interface KeyRing {
  readonly keys: AccessKeys
  readonly drop: () => void
}

/** Makes the keys' part of the engine. */
export function keyRing({ store, env, leaseUntil, wrote }: KeyParts): KeyRing {
  const atHand = new LRUCache<string, AccessKey>({ max: 1_000 })
  let generation = 0

  function drop(): void {
    generation += 1
    atHand.clear()
  }

  async function insert(request: KeyRequest, secret: string, supersede: boolean): Promise<AccessKey> {
    drop()
    return store.insertKey(toNewKey(env, request, secret), request.by ?? LIBRARY, supersede).finally(() => {
      drop()
      wrote()
    })
  }

  /** The key, where it is there already and the only live one of its name: a start that finds it so writes nothing. */
  async function standing({ hash, name }: NewAccessKey): Promise<AccessKey | undefined> {
    const key = await store.findKey(hash)
    if (key === undefined || key.withdrawnAt !== undefined) return undefined
    const live = (await store.listKeys()).filter(({ withdrawnAt }) => withdrawnAt === undefined)
    return live.some((other) => other.name === name && other.id !== key.id) ? undefined : key
  }

  const keys: AccessKeys = {
    async create(request) {
      const secret = newKeySecret(env)
      return { key: await insert(request, secret, false), secret }
    },

    async ensure({ secret, ...request }) {
      const fault = faultOfKeySecret(secret)
      if (fault !== undefined)
        throw new RollcallError('bad-request', `This access key cannot be used: ${fault}.`)
      return (await standing(toNewKey(env, request, secret))) ?? insert(request, secret, true)
    },

    async verify(secret) {
      if (faultOfKeySecret(secret) !== undefined) return undefined
      const hash = hashSecret(env, secret)
      const known = env.monotonic() < leaseUntil() ? atHand.get(hash) : undefined
      if (known !== undefined) return known
      const before = generation
      const key = await store.findKey(hash)
      if (key === undefined || key.withdrawnAt !== undefined) return undefined
      if (before === generation) atHand.set(hash, key)
      return key
    },

    list: () => store.listKeys(),

    async withdraw(id, by = LIBRARY) {
      drop()
      const key = await store.withdrawKey(id, by).finally(() => {
        drop()
        wrote()
      })
      if (key === undefined) throw new RollcallError('not-found', 'There is no such access key.')
      return key
    },
  }
  return { keys, drop }
}

function toNewKey(env: Env, { name, scopes, realm = ALL_REALMS }: KeyRequest, secret: string): NewAccessKey {
  if (scopes.length === 0) throw new RollcallError('bad-request', 'A key needs at least one scope.')
  return {
    id: newName(env, 'key_'),
    name: requireText(name, 'key name', 64),
    realm: realm === ALL_REALMS ? realm : requireRealm(realm),
    scopes: [...new Set(scopes)],
    hash: hashSecret(env, secret),
  }
}
