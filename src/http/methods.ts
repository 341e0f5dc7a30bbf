/**
 * Methods that a path does not answer.
 *
 * @module
 */
import { RollcallError } from '../core/errors.ts'
import type { App } from './app.ts'

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE'] as const

/** Makes every path that `add` adds refuse other methods with 405, and name its own in `Allow` (RFC 9110 15.5.6). */
export function refuseOtherMethods(app: App, add: () => void): void {
  const answered = new Map<string, Set<string>>()
  app.addHook('onRoute', ({ url, method }) => {
    const methods = answered.get(url) ?? new Set()
    for (const each of [method].flat()) methods.add(each)
    answered.set(url, methods)
  })
  add()
  for (const [url, methods] of [...answered]) {
    const allow = [...methods].sort().join(', ')
    const others = METHODS.filter((method) => !methods.has(method))
    const common = { config: { access: 'anyone' }, schema: { hide: true } } as const
    app.route({
      url,
      ...common,
      method: [...others],
      exposeHeadRoute: false,
      handler: async (_request, reply) => {
        reply.header('allow', allow)
        throw new RollcallError('method-not-allowed', `This path answers ${allow}.`)
      },
    })
    app.options(url, common, async (_request, reply) => reply.code(204).header('allow', allow).send())
  }
}
