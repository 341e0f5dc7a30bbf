/**
 * Routes for backends and operators: issue, verify, list, read, change and end sessions.
 *
 * @module
 */
import { type AccessKey, ALL_REALMS, coversRealm, hasScope } from '../../core/access-key.ts'
import { isRollcallError, RollcallError } from '../../core/errors.ts'
import type { Session } from '../../core/session.ts'
import type { NotLive, SessionManager, Verdict } from '../../engine/manager.ts'
import { differencesOf } from '../../engine/seen.ts'
import { CountQuery, IdPath, ListQuery, NoQuery, WaitQuery } from '../../protocol/queries.ts'
import { EndBody, IssueBody, PatchBody, VerifyBody } from '../../protocol/requests.ts'
import { fromWireFilter, fromWireSelector } from '../../protocol/selectors.ts'
import { toWireSession, toWireUser } from '../../protocol/shapes.ts'
import { asActor, keyOf, realmFor } from '../access.ts'
import type { App } from '../app.ts'
import { toEnded, toPage, toPaging, toWaiting } from './answers.ts'

/** A thousand tokens and their quotes, in bytes. */
const VERIFY_LIMIT = 131_072

/** Adds them. */
export function sessionRoutes(app: App, sessions: SessionManager): void {
  const one = { params: IdPath, querystring: NoQuery }
  const may = (access: 'sessions:issue' | 'sessions:read' | 'sessions:end') => ({ access }) as const

  app.post(
    '/v1/sessions',
    { config: may('sessions:issue'), schema: { body: IssueBody, querystring: NoQuery } },
    async (request, reply) => {
      const key = keyOf(request)
      if (request.body.user?.role !== undefined && !hasScope(key, 'users:write')) {
        throw new RollcallError('forbidden', 'Setting a role needs the scope "users:write".')
      }
      const realm = realmFor(key, request.body.realm)
      const { session, token, gaveWay } = await sessions
        .issue({ ...request.body, realm, by: asActor(key) })
        .catch(throwOnTheWire)
      return reply
        .code(201)
        .send({ session: toWireSession(session), token, ...(gaveWay.length > 0 && { gaveWay }) })
    },
  )

  app.post(
    '/v1/verify',
    {
      config: may('sessions:read'),
      bodyLimit: VERIFY_LIMIT,
      schema: { body: VerifyBody, querystring: NoQuery },
    },
    async (request) => {
      const key = keyOf(request)
      const { seen, maxAge, level, fresh } = request.body
      const freshness = {
        ...(fresh !== undefined && { fresh }),
        ...(maxAge !== undefined && { maxAge }),
        ...(level !== undefined && { level }),
      }
      const verify = async (token: string): Promise<object> => {
        const verdict = await sessions.verify(token, { ...freshness, ...within(key) })
        return {
          ...toVerdict(verdict),
          ...(seen && verdict.ok && { differs: differencesOf(verdict.session.device, seen) }),
        }
      }
      if ('token' in request.body) return verify(request.body.token)
      return { items: await Promise.all(request.body.tokens.map(verify)) }
    },
  )

  app.get(
    '/v1/sessions',
    { config: may('sessions:read'), schema: { querystring: ListQuery } },
    async (request) => {
      const realm = realmFor(keyOf(request), request.query.realm)
      const { sort } = request.query
      const filter = fromWireFilter(request.query, await sessions.now())
      const query = { ...filter, ...toPaging(request.query), realm, ...(sort && { sort }) }
      return toPage(await sessions.list(query), toWireSession)
    },
  )

  app.get(
    '/v1/sessions/count',
    { config: may('sessions:read'), schema: { querystring: CountQuery } },
    async (request) => {
      const realm = realmFor(keyOf(request), request.query.realm)
      return sessions.count({ ...fromWireFilter(request.query, await sessions.now()), realm })
    },
  )

  app.post(
    '/v1/sessions/end',
    { config: may('sessions:end'), schema: { body: EndBody, querystring: WaitQuery } },
    async (request) => {
      const key = keyOf(request)
      const { selector, reason, dryRun, deny } = request.body
      const realm = realmFor(key, selector.realm)
      const ended = await sessions.end(fromWireSelector(selector, realm, await sessions.now()), {
        by: asActor(key),
        ...toWaiting(request.query),
        ...(reason && { reason }),
        ...(dryRun && { dryRun }),
        ...(deny && { deny: { keys: deny.keys, span: deny.for } }),
      })
      return dryRun ? { matched: ended.matched, exact: ended.exact, ended: 0 } : toEnded(ended)
    },
  )

  app.get('/v1/sessions/:id', { config: may('sessions:read'), schema: one }, async (request) => {
    return { session: toWireSession(await findFor(sessions, keyOf(request), request.params.id)) }
  })

  app.patch(
    '/v1/sessions/:id',
    { config: may('sessions:issue'), schema: { ...one, body: PatchBody } },
    async (request) => {
      const { id } = await findFor(sessions, keyOf(request), request.params.id)
      const { session, token } = await sessions.update(id, request.body)
      return { session: toWireSession(session), ...(token !== undefined && { token }) }
    },
  )

  app.delete(
    '/v1/sessions/:id',
    { config: may('sessions:end'), schema: { params: IdPath, querystring: WaitQuery } },
    async (request) => {
      const key = keyOf(request)
      const { id, realm } = await findFor(sessions, key, request.params.id)
      return toEnded(await sessions.end({ id, realm }, { by: asActor(key), ...toWaiting(request.query) }))
    },
  )
}

/** Finds a session that a key may see. One of another realm and a missing one are the same: not found. */
async function findFor(sessions: SessionManager, key: AccessKey, id: string): Promise<Session> {
  const found = await sessions.get(id)
  if (found && coversRealm(key, found.realm)) return found
  throw new RollcallError('not-found', 'There is no such session.')
}

/** Writes the sessions that a refusal names. */
function throwOnTheWire(fault: unknown): never {
  if (!isRollcallError(fault, 'limit-reached')) throw fault
  const sessions = (fault.details.sessions as readonly Session[] | undefined)?.map(toWireSession)
  throw new RollcallError(fault.code, fault.message, { ...fault.details, sessions })
}

/** The realm beyond which a key sees nothing. */
function within({ realm }: AccessKey): { readonly realm?: string } {
  return realm === ALL_REALMS ? {} : { realm }
}

function toVerdict(verdict: Verdict): object {
  if (!verdict.ok) return { live: false, reason: reasonOf(verdict) }
  return {
    live: true,
    session: toWireSession(verdict.session),
    ...(verdict.user && { user: toWireUser(verdict.user) }),
    ...(verdict.stale && { stale: true }),
  }
}

function reasonOf(verdict: NotLive): string {
  if (verdict.reason === 'ended') return verdict.ending.reason
  return verdict.reason === 'malformed' ? 'unknown' : verdict.reason
}
