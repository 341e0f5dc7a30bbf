/**
 * The route to the description of the API.
 *
 * @module
 */
import type { App } from '../app.ts'

/** Adds it. */
export function descriptionRoute(app: App): void {
  app.get('/openapi.json', { config: { access: 'anyone' } }, async () => app.swagger())
}
