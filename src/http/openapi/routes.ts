/**
 * The routes to the description of the API: for programs, and for people.
 *
 * @module
 */
import type { App } from '../app.ts'
import type { Described } from '../docs/described.ts'
import { referencePage } from '../docs/page.ts'
import { sendPage } from '../pages.ts'

/** Adds them. The page is written once, when it is first asked for. */
export function descriptionRoutes(app: App): void {
  const config = { access: 'anyone' } as const
  let page: string | undefined

  app.get('/openapi.json', { config }, async () => app.swagger())

  app.get('/docs', { config }, async (_request, reply) => {
    page ??= referencePage(JSON.parse(JSON.stringify(app.swagger())) as Described)
    return sendPage(reply, page)
  })
}
