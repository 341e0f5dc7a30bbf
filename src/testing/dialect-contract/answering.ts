/**
 * Promises about what an answer is made of.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { ID_LENGTH } from '../../core/id.ts'
import { TOKEN_PREFIX } from '../../core/token.ts'
import type { Answer } from '../../http/dialects/contract.ts'
import { everyCall, make, malformedCalls, type Outcome, rightCalls } from './calls.ts'
import type { DialectCase } from './case.ts'
import type { DescribedRoute, DialectDescription } from './described.ts'
import { toExchange } from './stage.ts'

/** Each promise about answers. */
export const answeringPromises: readonly DialectCase[] = [
  {
    promise: 'puts no token, no key and no hash of either into an answer',
    async check(makeBench, description) {
      for (const call of everyCall(description))
        await make(makeBench, call, async (outcome) => {
          for (const [what, place] of await leaksOf(outcome, call.route))
            assert.fail(`${call.name} answered with ${what} in its ${place}`)
        })
    },
  },
  {
    promise: 'answers JSON or nothing',
    async check(makeBench, description) {
      const isFine = judgeForm(description)
      for (const call of everyCall(description))
        await make(makeBench, call, ({ answer }) =>
          assert.ok(isFine(answer), `${call.name} answered ${answer.status} ${JSON.stringify(answer.body)}`),
        )
    },
  },
  {
    promise: 'refuses what cannot be read, of any size, in its own words',
    async check(makeBench, description) {
      for (const call of malformedCalls(description))
        await make(makeBench, call, ({ answer }) => {
          const { status } = answer
          const refused = status >= 400 && status < 500
          const answered = `${call.name} answered ${status} ${answer.body}`
          assert.ok(refused || (call.malform?.of === 'line' && status < 400), answered)
          assert.ok(
            !refused || description.ownRefusal(answer) || isFrameworkMade(description, answer),
            answered,
          )
        })
    },
  },
  {
    promise: 'refuses a request with too many headers in its own words',
    async check(makeBench, description) {
      for (const call of rightCalls(description))
        await make(makeBench, call, ({ request, stage }) => {
          const answer = stage.dialect.refuse(toExchange(request), 'too-many-headers')
          assert.ok(answer.status >= 400 && answer.status < 500, `${call.name} answered ${answer.status}`)
          assert.ok(description.ownRefusal(answer), `${call.name} answered ${answer.body}`)
        })
    },
  },
]

function isFrameworkMade({ frameworkMade }: DialectDescription, answer: Answer): boolean {
  return frameworkMade?.(answer) ?? false
}

/** Tells whether an answer is JSON, or nothing, or of the origin's framework. */
function judgeForm(description: DialectDescription): (answer: Answer) => boolean {
  return (answer) => {
    const { body = '', headers = {}, status } = answer
    if (isFrameworkMade(description, answer)) return true
    if (body === '' || status === 204) return body === ''
    const [, type = 'application/json'] =
      Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type') ?? []
    return /^application\/json\s*(?:;|$)/i.test(String(type)) && isJson(body)
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** What of the secrets that were given out stands in an answer, and where. */
async function leaksOf(
  { answer, stage, secret }: Outcome,
  { handsBack }: DescribedRoute,
): Promise<readonly (readonly [string, string])[]> {
  const places = Object.entries(placesOf(answer))
  const found: (readonly [string, string])[] = []
  for (const given of stage.secrets) {
    const told = places.filter(([place]) => given !== secret || place !== handsBack)
    for (const [what, trace] of await tracesOf(given))
      for (const [place, text] of told) if (text.includes(trace)) found.push([what, place])
  }
  return found
}

/** What stands in each part of an answer. */
function placesOf({
  body = '',
  headers = {},
}: Answer): Readonly<Record<'body' | 'cookie' | 'headers', string>> {
  const isCookie = ([name]: readonly [string, unknown]) => name.toLowerCase() === 'set-cookie'
  const written = (lines: readonly (readonly [string, unknown])[]) => lines.flat(2).join(' ')
  const lines = Object.entries(headers)
  return {
    body,
    cookie: written(lines.filter(isCookie)),
    headers: written(lines.filter((line) => !isCookie(line))),
  }
}

/** Everything that gives a secret away: either half of what is secret in it, all of it in base64, and its hash. */
async function tracesOf(secret: string): Promise<readonly (readonly [string, string])[]> {
  const known = TOKEN_PREFIX.length + (secret.startsWith(TOKEN_PREFIX) ? ID_LENGTH : 0)
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(secret)))
  const base64 = btoa(String.fromCharCode(...digest)).replace('=', '')
  return [
    ['a token or key', secret.slice(known, known + 20)],
    ['a token or key', secret.slice(known + 20, known + 40)],
    ['a token or key', btoa(secret).slice(0, -4)],
    ['a hash', Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')],
    ['a hash', base64],
    ['a hash', base64.replaceAll('+', '-').replaceAll('/', '_')],
  ]
}
