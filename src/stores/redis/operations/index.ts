/**
 * Every operation that writes, assembled.
 *
 * @module
 */
import type { DenialStore } from '../../../core/denial.ts'
import type { PortableStore } from '../../../core/portable.ts'
import type { KeyStore, SessionWrites, UserStore } from '../../../core/store.ts'
import type { Access } from '../access.ts'
import type { Epochs } from '../reads/truth.ts'
import { insertKey, withdrawKey } from './access-keys.ts'
import { adopt } from './adopt.ts'
import { eraseSalts, replace, rotate, touch } from './change.ts'
import { liftDenial } from './denials.ts'
import { end } from './end.ts'
import { insert } from './insert.ts'
import type { Kit } from './kit.ts'
import { advanceEpoch, tidy, updateUser } from './mass-end.ts'
import { expire, sweep } from './upkeep.ts'

/** What changes something. */
export type Writes = SessionWrites &
  Pick<UserStore, 'updateUser'> &
  Pick<DenialStore, 'liftDenial'> &
  Pick<KeyStore, 'insertKey' | 'withdrawKey'> &
  Pick<PortableStore, 'adopt'>

/** Prepares every write. */
export function writesOf(access: Access, epochs: Epochs): Writes {
  const kit: Kit = { ...access, epochs, realms: new Set() }
  return {
    insert: (draft, guards) => insert(kit, draft, guards),
    replace: (record, proof) => replace(kit, record, proof),
    rotate: (rotation) => rotate(kit, rotation),
    touch: (activity) => touch(kit, activity),
    end: (selector, ending, limit) => end(kit, selector, ending, limit),
    advanceEpoch: (scope, ending) => advanceEpoch(kit, scope, ending),
    tidy: (limit) => tidy(kit, limit),
    expire: (limit) => expire(kit, limit),
    eraseSalts: (limit) => eraseSalts(kit, limit),
    sweep: (limit) => sweep(kit, limit),
    updateUser: (realm, id, patch, by) => updateUser(kit, realm, id, patch, by),
    liftDenial: (realm, id, by) => liftDenial(kit, realm, id, by),
    insertKey: (key, by, supersede) => insertKey(kit, key, by, supersede),
    withdrawKey: (id, by) => withdrawKey(kit, id, by),
    adopt: (items) => adopt(kit, items),
  }
}
