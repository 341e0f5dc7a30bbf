/**
 * What a path answers to methods that do nothing there.
 *
 * @module
 */
import { RollcallError } from '../../core/errors.ts'
import type { App } from '../app.ts'

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE'] as const

/** A method. */
export type Method = (typeof METHODS)[number]

/** What every route of streams has: anybody may call it, and it decides for itself; it is in no description. */
export const STREAM_ROUTE = {
  config: { access: 'anyone' },
  schema: { hide: true },
  exposeHeadRoute: false,
} as const

/**
 * Makes a path say what it answers: to `OPTIONS` with 204, `Allow` and these headers, and to other methods with 405
 * (RFC 9110 15.5.6).
 */
export function answerOtherMethods(
  scope: App,
  url: string,
  methods: readonly Method[],
  headers: Readonly<Record<string, string>> = {},
): void {
  const allow = [...methods, 'OPTIONS'].sort().join(', ')
  scope.options(url, STREAM_ROUTE, async (_request, reply) =>
    reply
      .code(204)
      .headers({ ...headers, allow })
      .send(),
  )
  scope.route({
    ...STREAM_ROUTE,
    url,
    method: METHODS.filter((method) => !methods.includes(method)),
    handler: async (_request, reply) => {
      reply.header('allow', allow)
      throw new RollcallError('method-not-allowed', `This path answers ${allow}.`)
    },
  })
}
