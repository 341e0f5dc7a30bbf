/**
 * Beginning a session: let in by its realm, claimed where it has a name, begun in one step with all its guards.
 *
 * @module
 */
import { DENY_KEYS, denyValue } from '../../../core/denial.ts'
import { RollcallError } from '../../../core/errors.ts'
import { SESSION_KINDS } from '../../../core/session.ts'
import type { Guards, Inserted, InsertRefused, SessionDraft } from '../../../core/store.ts'
import { ROLES } from '../../../core/user.ts'
import { ask, listOf } from '../access.ts'
import { homeOf, partitionOfId, restOfId } from '../keys.ts'
import { readSession, readUser, writeFacts, writeSecrets } from '../record.ts'
import { INSERT } from '../scripts/insert.ts'
import { WELCOME } from '../scripts/realm.ts'
import { type Claim, claimName, releaseClaim, settleClaim } from './claim.ts'
import { idOf, type Kit, look, persist, readSessions } from './kit.ts'

/** Begins a session if every guard holds; changes nothing otherwise. */
export async function insert(
  kit: Kit,
  given: SessionDraft,
  guards: Guards,
): Promise<Inserted | InsertRefused> {
  const draft = await withOwner(kit, given)
  const progress: Progress = { known: { epoch: 0, denials: 0 }, gaveWay: [] }
  return persist(async () => {
    const claim = draft.name === undefined ? undefined : await claimName(kit, draft, guards)
    const answer = await persist(() => begin(kit, draft, guards, claim, progress))
    const hasBegun = answer !== 'late' && answer.ok
    if (claim !== undefined && claim !== 'taken') await (hasBegun ? settleClaim : releaseClaim)(kit, claim)
    return answer === 'late' ? undefined : answer
  })
}

/** The draft of a child that leaves its user to its parent, with that user. */
async function withOwner(kit: Kit, draft: SessionDraft): Promise<SessionDraft> {
  if (draft.userId !== undefined || draft.parentId === undefined) return draft
  const userId = (await look(kit, draft.parentId))?.record.userId
  return userId === undefined ? draft : { ...draft, userId }
}

/** What came of an attempt: `late` where the claim to the name ran out, undefined where it is to be tried again. */
type Begun = Inserted | InsertRefused | 'late' | undefined

/** What earlier attempts have learnt and done. */
interface Progress {
  /** The epoch of the realm and the version of its denials that the session's partition has been told of. */
  known: { readonly epoch: number; readonly denials: number }

  /** Sessions that a limit evicted. */
  gaveWay: readonly string[]
}

async function begin(
  kit: Kit,
  draft: SessionDraft,
  guards: Guards,
  claim: Claim | 'taken' | undefined,
  progress: Progress,
): Promise<Begun> {
  const partition = partitionOfId(draft.id)
  if (partition === undefined)
    throw new RollcallError('bad-request', `"${draft.id}" is no session id. Let Rollcall make ids.`)
  const answer = await ask(kit, INSERT, partition, {
    draft: toDraft(draft),
    ...whatGivesWay(draft, guards),
    welcome: await welcome(kit, draft, progress.known),
    is_orphan: draft.parentId !== undefined && partitionOfId(draft.parentId) !== partition,
    is_taken: claim === 'taken',
    ...(claim !== undefined &&
      claim !== 'taken' && { claim: { deadline: claim.deadline, gives_way: claim.givesWay } }),
  })
  const [outcome, ...values] = listOf(answer)
  if (outcome === 'again') {
    const [epoch, denials, evicted] = values
    progress.known = { epoch: Number(epoch), denials: Number(denials) }
    progress.gaveWay = [...progress.gaveWay, ...listOf(evicted).map((rest) => idOf(partition, rest))]
    return undefined
  }
  const begun = OUTCOMES[String(outcome)]?.(values, draft, partition)
  return begun === undefined || begun === 'late' || !begun.ok
    ? begun
    : { ...begun, gaveWay: [...progress.gaveWay, ...begun.gaveWay] }
}

/** Lets a draft in: with its serial, and what it is judged by. */
async function welcome(kit: Kit, draft: SessionDraft, known: Progress['known']) {
  const denied = DENY_KEYS.flatMap((key) => {
    const value = denyValue(draft, key)
    return value === undefined ? [] : [`${key}\n${value.toWellFormed()}`]
  })
  const { realm } = draft
  const [serial, epoch, after, denials, until] = listOf(
    await ask(kit, WELCOME, homeOf(realm), { realm, denied, known }),
  )
  return { serial, epoch, after, denials, denied: until }
}

function toDraft(draft: SessionDraft) {
  const {
    id,
    realm,
    kind,
    userId,
    parentId,
    resource,
    name,
    node,
    lifetime,
    idle = -1,
    authenticatedAgo = 0,
  } = draft
  const parent =
    parentId !== undefined && partitionOfId(parentId) === partitionOfId(id) ? restOfId(parentId) : undefined
  return {
    id,
    rest: restOfId(id),
    realm: realm.toWellFormed(),
    kind: SESSION_KINDS.indexOf(kind),
    user: userId?.toWellFormed(),
    parent,
    resource: resource?.toWellFormed(),
    name: name?.toWellFormed(),
    label: draft.device.label?.toWellFormed(),
    node: node?.toWellFormed(),
    lifetime,
    idle,
    ago: authenticatedAgo,
    facts: writeFacts(draft),
    secrets: writeSecrets(draft),
  }
}

function whatGivesWay({ id }: SessionDraft, { user, limit, replaces, by }: Guards) {
  const isHere =
    replaces !== undefined && 'id' in replaces && partitionOfId(replaces.id) === partitionOfId(id)
  return {
    by,
    limit,
    user: {
      name: user?.displayName?.toWellFormed(),
      ...(user?.role !== undefined && { role: ROLES.indexOf(user.role) }),
    },
    ...(isHere && { replaces_id: restOfId(replaces.id) }),
    ...(replaces !== undefined && 'label' in replaces && { replaces_label: replaces.label.toWellFormed() }),
  }
}

type Read = (values: readonly unknown[], draft: SessionDraft, partition: string) => Begun

/** What each answer of the script means. */
const OUTCOMES: Readonly<Record<string, Read>> = {
  begun: ([text, owner, gaveWay], { id, realm, userId }, partition) => ({
    ok: true,
    record: readSession(partition, restOfId(id), String(text)),
    gaveWay: listOf(gaveWay).map((rest) => idOf(partition, rest)),
    ...(userId !== undefined && typeof owner === 'string' && { user: readUser(realm, userId, owner) }),
  }),
  late: () => 'late',
  void: (_values, { name }) => {
    throw new RollcallError(
      'store-unavailable',
      `Beginning the session took so long that another has claimed its name, "${name}". It was not begun: ask again.`,
    )
  },
  'user-banned': () => ({ ok: false, code: 'user-banned' }),
  denied: ([until]) => ({ ok: false, code: 'denied', until: Number(until) }),
  'parent-not-live': () => ({ ok: false, code: 'parent-not-live' }),
  'name-taken': () => ({ ok: false, code: 'name-taken' }),
  'limit-reached': ([line], _draft, partition) => ({
    ok: false,
    code: 'limit-reached',
    inTheWay: readSessions(partition, line),
  }),
}
