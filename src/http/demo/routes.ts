/**
 * The page of the demo.
 *
 * @module
 */
import type { App } from '../app.ts'
import { sendPage } from '../pages.ts'
import { livePage } from './page.ts'

/** Adds it. */
export function demoRoutes(app: App): void {
  const config = { access: 'anyone' } as const
  const page = livePage()
  app.get('/demo/live', { config, schema: { hide: true } }, async (_request, reply) =>
    sendPage(reply, page, { asksUs: true }),
  )
}
