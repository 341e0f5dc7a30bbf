/**
 * How requests prove themselves, as OpenAPI has it.
 *
 * @module
 */
import { KEY_PREFIX, TOKEN_PREFIX } from '../../core/token.ts'
import { SECURE_COOKIE } from '../../protocol/cookies.ts'
import type { Access } from '../access.ts'

/** A way. */
export type SecurityScheme = { readonly description: string } & (
  | { readonly type: 'http'; readonly scheme: 'bearer' | 'basic'; readonly bearerFormat?: string }
  | { readonly type: 'apiKey'; readonly in: 'header' | 'cookie'; readonly name: string }
)

/** The ways, by name. */
export const SECURITY: Readonly<Record<string, SecurityScheme>> = {
  token: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: `${TOKEN_PREFIX}…`,
    description: "A session's token (RFC 6750 2.1).",
  },
  tokenHeader: {
    type: 'apiKey',
    in: 'header',
    name: 'X-Session-Token',
    description: "A session's token, where `Authorization` is taken.",
  },
  tokenCookie: {
    type: 'apiKey',
    in: 'cookie',
    name: SECURE_COOKIE,
    description:
      "A session's token, in a browser. What changes something must then come from this site or an allowed one. On loopback the name `rollcall` counts too.",
  },
  key: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: `${KEY_PREFIX}…`,
    description: 'An access key.',
  },
  keyBasic: {
    type: 'http',
    scheme: 'basic',
    description: 'An access key: alone, or as the password of any user (RFC 7617).',
  },
}

/** Which of them a route takes, each with the scope that a key needs. No way at all: anybody may call. */
export function securityOf(
  access: Access,
  openLocally: boolean,
): readonly Record<string, readonly string[]>[] {
  if (access === 'anyone') return []
  if (access === 'holder') return [{ token: [] }, { tokenHeader: [] }, { tokenCookie: [] }]
  return [{ key: [access] }, { keyBasic: [access] }, ...(openLocally ? [{}] : [])]
}
