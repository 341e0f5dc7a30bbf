/** Keeping out. */
import type { Denial, DenyKey } from '../../../src/core/denial.ts'
import type { Session } from '../../../src/core/session.ts'
import { BY, type Model, tell } from './state.ts'

/** What is compared. */
export type Deniable = Pick<Session, 'kind' | 'device'> & {
  [Field in 'id' | 'userId' | 'parentId' | 'resource' | 'name']?: string | undefined
}

/** What a denial compares. */
export function denied(
  { id, kind, userId, parentId, resource, name, device }: Deniable,
  key: DenyKey,
): string | undefined {
  if (key === 'user') return userId
  if (key === 'address') return device.ip
  if (key === 'name') return name && `${kind} ${resource ?? ''} ${name}`
  return parentId ?? (kind === 'login' ? id : undefined)
}

/** Until when somebody is kept out; undefined where nobody is. */
export function deniedUntil(model: Model, asked: Deniable & { realm: string }): number | undefined {
  const hits = model.denials.filter(
    ({ realm, key, value, until }) =>
      realm === asked.realm && until > model.now && denied(asked, key) === value,
  )
  return hits.length === 0 ? undefined : Math.max(...hits.map(({ until }) => until))
}

/** Keeps out, unless it is for longer already. */
export function addDenial(
  model: Model,
  realm: string,
  key: DenyKey,
  value: string | undefined,
  span: number,
): void {
  const until = model.now + span
  const longer = (old: Denial) =>
    old.realm === realm && old.key === key && old.value === value && old.until >= until
  if (value === undefined || model.denials.some(longer)) return
  const denial: Denial = { id: '', realm, key, value, at: model.now, until, by: BY }
  model.denials.push(denial)
  tell(model, 'denial.created', realm, model.now, { denial })
}

/** Lets in again. */
export function lift(model: Model, realm: string, id: string | undefined): Denial | undefined {
  const denial = model.denials.find(
    (each) => each.id === id && each.realm === realm && each.until > model.now,
  )
  model.denials = model.denials.filter((each) => each !== denial)
  if (denial) tell(model, 'denial.lifted', realm, model.now, { denial })
  return denial
}
