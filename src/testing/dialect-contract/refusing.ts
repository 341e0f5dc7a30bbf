/**
 * Promises about who is let in, and about what a refusal leaves as it was.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { everyCall, lostCalls, make, rightCalls, wrongCalls } from './calls.ts'
import type { DialectCase } from './case.ts'
import type { Wrong } from './credentials.ts'

/** Each promise about refusing. */
export const refusingPromises: readonly DialectCase[] = [
  {
    promise: 'answers the routes that are told of it, and no others',
    async check(makeBench, { routes }) {
      await using bench = await makeBench()
      const listed = bench.dialect.routes.map(({ method, path }) => `${method} ${path}`)
      assert.deepEqual([...listed].sort(), [...routes.map(({ route }) => route)].sort())
    },
  },
  {
    promise: 'lets in whoever has what a route needs, and does what the route is for',
    async check(makeBench, description) {
      for (const call of rightCalls(description))
        await make(makeBench, call, ({ answer, changed }) => {
          const { accepts, changes = false } = call.route
          assert.ok(accepts.includes(answer.status), told(call, answer))
          assert.equal(
            changed,
            changes,
            `${told(call, answer)} and changed ${changed ? 'something' : 'nothing'}`,
          )
        })
    },
  },
  refuses('kind', 'refuses a credential of another kind'),
  refuses('realm', 'refuses a credential of another realm'),
  refuses('rank', 'refuses a credential of too low a role or another scope'),
  refuses('unproven', 'refuses whoever proves nothing'),
  refuses('over', 'refuses a credential that is over'),
  {
    promise: 'takes a lost store for no answer: neither lets in nor refuses',
    async check(makeBench, description) {
      for (const call of lostCalls(description))
        await make(makeBench, call, ({ answer }) => assert.ok(answer.status >= 500, told(call, answer)))
    },
  },
  {
    promise: 'changes nothing when it refuses',
    async check(makeBench, description) {
      for (const call of everyCall(description))
        await make(makeBench, call, ({ answer, changed }) =>
          assert.ok(answer.status < 400 || !changed, `${told(call, answer)} and changed something`),
        )
    },
  },
]

/** States that what is wrong in this way is refused, and has no effect even where a refusal looks like success. */
function refuses(wrong: Wrong, promise: string): DialectCase {
  return {
    promise,
    async check(makeBench, description) {
      for (const call of wrongCalls(description, wrong))
        await make(makeBench, call, ({ answer, changed }) => {
          const { refuses: statuses = [401, 403] } = call.route
          assert.ok(statuses.includes(answer.status), told(call, answer))
          assert.ok(!changed, `${told(call, answer)} and changed something`)
        })
    },
  }
}

function told(
  { name }: { readonly name: string },
  { status, body = '' }: { status: number; body?: string },
): string {
  return `${name} answered ${status} ${body.slice(0, 200)}`
}
