/**
 * The answers of an operation, as OpenAPI has them.
 *
 * @module
 */
import { FAILURES, type FailureCode } from '../../core/errors.ts'
import { PROBLEM_TYPE } from '../../protocol/problems.ts'
import { exampleOf, schemaOf } from './examples.ts'
import type { Answer, Operation } from './operation.ts'

/** A header of an answer. */
export interface Header {
  readonly type: 'string'
  readonly description: string
}

/** An answer of one status. */
export interface Response {
  readonly description: string
  readonly headers?: Readonly<Record<string, Header>>
  readonly content?: Readonly<Record<string, { readonly schema: object; readonly example?: unknown }>>

  /** Where there is no content: what says so to whoever writes the document. */
  readonly type?: 'null'
}

/** What an operation may answer, by status: what it was asked for, and a problem for each way to fail. */
export function responsesOf(
  answers: Operation['answers'],
  failures: readonly FailureCode[],
  mayCarry: Readonly<Record<string, Header>> = {},
): Readonly<Record<string, Response>> {
  const statuses = [...new Set(failures.map((code) => FAILURES[code].status))]
  return {
    ...Object.fromEntries(
      statuses.map((status) => [
        status,
        failed(
          status,
          failures.filter((code) => FAILURES[code].status === status),
        ),
      ]),
    ),
    ...Object.fromEntries(
      Object.entries(answers).map(([status, answer]) => [
        status,
        answered([answer].flat(), HEADERS[Number(status)] ?? mayCarry),
      ]),
    ),
  }
}

function answered(answers: readonly Answer[], headers: Readonly<Record<string, Header>>): Response {
  const names = answers.filter((answer) => typeof answer === 'string')
  const others = answers.filter((answer) => typeof answer !== 'string')
  const schemas = names.map((name) => ({ $ref: `${name}#` }))
  const [first] = names
  return {
    description: [
      ...names.map((name) => schemaOf(name).description ?? ''),
      ...others.map(({ description }) => description),
    ].join(' '),
    ...(Object.keys(headers).length > 0 && { headers }),
    ...contentOf({
      ...(first !== undefined && {
        'application/json': {
          schema: schemas.length === 1 ? (schemas[0] ?? {}) : { anyOf: schemas },
          example: exampleOf(schemaOf(first)),
        },
      }),
      ...Object.fromEntries(
        others.flatMap(({ type, example }) => {
          if (type === undefined) return []
          const schema = { type: type === 'application/json' ? 'object' : 'string' }
          return [[type, { schema, ...(example !== undefined && { example }) }]]
        }),
      ),
    }),
  }
}

function contentOf(content: NonNullable<Response['content']>): Pick<Response, 'content' | 'type'> {
  return Object.keys(content).length > 0 ? { content } : { type: 'null' }
}

function failed(status: number, codes: readonly FailureCode[]): Response {
  const [first = 'internal'] = codes
  const headers = HEADERS[status]
  return {
    description: codes.map((code) => `\`${code}\`: ${FAILURES[code].title}.`).join('\n\n'),
    ...(headers && { headers }),
    content: {
      [PROBLEM_TYPE]: {
        schema: { allOf: [{ $ref: 'Problem#' }, { properties: { code: { enum: codes } } }] },
        example: { type: `/problems/${first}`, title: FAILURES[first].title, status, code: first },
      },
    },
  }
}

const SECONDS = { type: 'string', description: 'Seconds to wait (RFC 9110 10.2.3).' } as const

/** Headers that come with a status. */
const HEADERS: Readonly<Record<number, Response['headers']>> = {
  401: { 'WWW-Authenticate': { type: 'string', description: 'What would be accepted (RFC 9110 11.6.1).' } },
  429: { 'Retry-After': SECONDS },
  503: { 'Retry-After': SECONDS },
}
