/**
 * Bodies: JSON and nothing else, not too deep, and without fields that poison objects.
 *
 * @module
 */
import { RollcallError } from '../core/errors.ts'
import type { App } from './app.ts'

/** How deep JSON may nest. */
const DEEPEST = 8

/** Makes the application read JSON bodies. An empty one is no body. */
export function acceptJson(app: App): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') return done(null, undefined)
    if (depthOf(String(body)) > DEEPEST) {
      return done(new RollcallError('bad-request', `JSON may be nested ${DEEPEST} levels deep at most.`))
    }
    return parse(request, String(body), done)
  })
}

/** The deepest nesting of a JSON text, without parsing it. */
function depthOf(json: string): number {
  let depth = 0
  let deepest = 0
  let quoted = false
  for (let index = 0; index < json.length; index++) {
    const character = json[index]
    if (character === '\\') index += 1
    else if (character === '"') quoted = !quoted
    else if (!quoted && (character === '{' || character === '[')) deepest = Math.max(deepest, ++depth)
    else if (!quoted && (character === '}' || character === ']')) depth -= 1
  }
  return deepest
}
