/** Changing sessions and users. */
import type { UserPatch } from '../../../src/core/user.ts'
import type { SessionPatch } from '../../../src/engine/manager.ts'
import { type Counted, endAll } from './ending.ts'
import { type Kept, type Model, present, tell } from './state.ts'
import { succeed } from './tokens.ts'

/** Changes a session that lives; `text` is the token that another level took. */
export function update(
  model: Model,
  kept: Kept,
  { label, data, authentication }: SessionPatch,
  text: string | undefined,
): void {
  const { device, ...rest } = kept.session
  if (text !== undefined) succeed(model, kept, text, false)
  kept.session = present({
    ...rest,
    device: present({ ...device, label: label === undefined ? device.label : (label ?? undefined) }),
    data: data === undefined ? rest.data : (data ?? undefined),
    authentication: authentication ?? rest.authentication,
    authenticatedAt: authentication ? model.now : rest.authenticatedAt,
  })
  tell(model, 'session.updated', rest.realm, model.now, { session: kept.session })
}

/** Changes a user; a ban ends all of theirs. Undefined where there is none. */
export function updateUser(model: Model, realm: string, id: string, patch: UserPatch): Counted | undefined {
  const known = model.users.get(`${realm} ${id}`)
  if (known === undefined) return undefined
  const { banned = known.user.banned, banReason = known.user.banReason } = patch
  known.user = present({ ...known.user, ...patch, banned, banReason: banned ? banReason : undefined })
  tell(model, 'user.updated', realm, model.now, { user: known.user })
  return patch.banned ? endAll(model, { realm, userId: id }, 'banned') : { ended: 0, descendants: 0 }
}
