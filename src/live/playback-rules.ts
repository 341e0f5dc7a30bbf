/**
 * Who may play, and who may publish: a rule for each application.
 *
 * @module
 */
import type { Env } from '../core/env.ts'
import { RollcallError } from '../core/errors.ts'
import type { Actor } from '../core/session.ts'
import { DEFAULT_REALM } from '../core/user.ts'
import type { Live, SessionManager } from '../engine/manager.ts'
import { requireLive } from '../protocol/verdicts.ts'
import { readSignedPolicy, signAgain } from './signed-policy.ts'

/** Who may play: anybody, whoever holds a live login, or whoever asks for a URL that was signed for them. */
export type PlaybackRule = 'open' | 'session' | 'signed'

/** Who may publish: backends with a key whose scope is `streams:publish`, or whoever holds a live login as well. */
export type PublishRule = 'key' | 'session'

/** Rules by application. */
export interface RulesOf<Rule extends string> {
  /** For every application that is not named. */
  readonly otherwise: Rule
  readonly applications: ReadonlyMap<string, Rule>
}

/** The rule of an application. */
export function ruleFor<Rule extends string>(rules: RulesOf<Rule>, application: string): Rule {
  return rules.applications.get(application) ?? rules.otherwise
}

/** Whoever wants to play. */
export interface Viewer {
  readonly application: string

  /** The session token that they sent. */
  readonly token?: string | undefined

  /** The URL as they wrote it: scheme, host, port, path and query. */
  readonly url: string

  /** Where the connection comes from. */
  readonly peerAddress: string

  /** Where they are, as far as proxies are trusted to tell. */
  readonly address: string
}

/** On which terms somebody plays. */
export interface PlaybackTerms {
  /** The login that the playback lives under. */
  readonly parentId?: string

  /** How long it lasts at the most, in milliseconds. */
  readonly lifetime?: number
  readonly by: Actor
}

/** Lets in whoever may play. */
export interface PlaybackDoor {
  /**
   * Decides, by the rule of the application. A token that was sent must be live whatever the rule is, and what is played
   * then lives under its login.
   *
   * @throws RollcallError `no-session`, `session-ended` or `superseded` for a token that is not live, or is missing where
   * one is asked for; `forbidden` where the URL is not signed as it must be; `store-unavailable`
   */
  admit(viewer: Viewer): Promise<PlaybackTerms>

  /** The URL at which another node lets in whoever was let in here: signed anew where it has to be, for that node's host. */
  forward(application: string, url: string): string
}

/** What a door is made of. */
export interface DoorOptions {
  readonly sessions: Pick<SessionManager, 'verify'>
  readonly env: Pick<Env, 'now'>
  readonly rules: RulesOf<PlaybackRule>

  /** The key that URLs are signed with. Without it, none is signed as it must be. */
  readonly signingKey?: string | undefined

  /** The longest life of a session, in milliseconds: no signed URL makes it longer. */
  readonly longest: number
}

/** Makes a door. Everything that is played belongs to the realm `default`: other realms' tokens are unknown here. */
export function playbackDoor({ sessions, env, rules, signingKey, longest }: DoorOptions): PlaybackDoor {
  async function loginOf(token: string): Promise<PlaybackTerms> {
    const { session } = requireLive<Live>(await sessions.verify(token, { realm: DEFAULT_REALM }))
    if (session.kind !== 'login')
      throw new RollcallError('no-session', 'Send the token of a login. What plays lives under it.')
    return { parentId: session.id, by: { kind: 'user', id: session.userId ?? '' } }
  }

  function lifetimeOf(viewer: Viewer): { readonly lifetime?: number } {
    if (signingKey === undefined)
      throw new RollcallError(
        'forbidden',
        'Playing this takes a signed URL, and this server has no key to check one.',
      )
    const now = env.now()
    const { endsAt } = readSignedPolicy(signingKey, { ...viewer, now })
    return endsAt === undefined ? {} : { lifetime: Math.min(endsAt - now, longest) }
  }

  return {
    async admit(viewer) {
      const rule = ruleFor(rules, viewer.application)
      const signed = rule === 'signed' ? lifetimeOf(viewer) : {}
      if (viewer.token !== undefined) return { ...(await loginOf(viewer.token)), ...signed }
      if (rule === 'session')
        throw new RollcallError(
          'no-session',
          'Playing this takes a session: send its token as Authorization: Bearer.',
        )
      return { by: ANYBODY, ...signed }
    },

    forward: (application, url) =>
      signingKey !== undefined && ruleFor(rules, application) === 'signed' ? signAgain(signingKey, url) : url,
  }
}

/** Whoever plays without a name. */
const ANYBODY: Actor = { kind: 'system', id: 'streams' }
