/**
 * Routes for machines and passers-by: health, and what this is.
 *
 * @module
 */

import { isRollcallError } from '../../core/errors.ts'
import type { SessionManager } from '../../engine/manager.ts'
import type { WireReadiness } from '../../protocol/answers-nodes.ts'
import type { App } from '../app.ts'
import type { AnswerUnmet } from '../dialects/mount.ts'
import { sendPage } from '../pages.ts'

const config = { access: 'anyone' } as const

/** Adds them. Programs that ask for `/` are answered by `answerUnmet`, if it does. */
export function serviceRoutes(
  app: App,
  sessions: SessionManager,
  version: string,
  answerUnmet: AnswerUnmet,
): void {
  app.get('/healthz', { config }, async () => ({ status: 'ok' }))

  app.get('/readyz', { config }, async (_request, reply) => {
    try {
      await sessions.check()
      return { status: 'ready', store: 'answers', ...standing() }
    } catch (fault) {
      const code = isRollcallError(fault) ? fault.code : 'store-unavailable'
      const body = { status: 'not-ready', code, store: 'away', ...standing() }
      return reply.code(503).header('retry-after', '1').send(body)
    }
  })

  /** Without a lease this node is ready all the same: it asks the store. */
  function standing(): Omit<WireReadiness, 'store'> {
    const { lease, feed, breaker } = sessions.stats()
    return { lease, feed, breaker }
  }

  app.get('/', { config }, async (request, reply) => {
    if (request.headers.accept?.includes('text/html')) return sendPage(reply, page(version))
    return (await answerUnmet(request, reply)) ? reply : { name: 'rollcall', version }
  })
}

function page(version: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Rollcall</title>
<style>body{font:1rem/1.5 system-ui;max-width:36rem;margin:4rem auto;padding:0 1rem}code{background:#8882;padding:.1em .3em}</style>
<h1>Rollcall ${version}</h1>
<p>Know every session. End any of them, everywhere, now.</p>
<p>This is a server for programs. Ask it with <code>curl</code>:</p>
<ul>
<li><a href="/docs">the reference of its API</a>, with an example of each request</li>
<li><a href="/readyz"><code>GET /readyz</code></a>: is it ready?</li>
<li><code>GET /v1/whoami</code>: whose session is this token?</li>
<li><code>GET /v1/sessions</code>: every live session, with an access key.</li>
</ul>
</html>
`
}
