/**
 * The HTTP API, as a command sees it.
 *
 * @module
 */
import type { ClientFlags, Environment } from './command.ts'
import { misuse } from './exit.ts'
import type { ValuesOf } from './flags.ts'
import { causeOf, noAnswer, type Refused, refusal, type Target } from './refusal.ts'

/** Asks one server with one key. Whatever it cannot do is thrown as a {@link CommandError} that never has the key. */
export interface Api {
  /** Asks, and answers the JSON that came back. The type is the caller's word for it. */
  ask<Answer>(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    request?: ApiRequest,
  ): Promise<Answer>
}

/** A body some of whose fields are absent; JSON leaves those out. */
export type Sparse<Body> = { readonly [Field in keyof Body]: Body[Field] | undefined }

/** What goes with a request. Absent fields of a query are left out. */
interface ApiRequest {
  readonly query?: Readonly<Record<string, string | undefined>>
  readonly body?: unknown
}

const DEFAULT_URL = 'http://127.0.0.1:4780'
const PATIENCE = 60_000

/** Reads which server flags or environment name. @throws CommandError where they make no sense. */
export function readTarget(
  { url, key }: Pick<ValuesOf<ClientFlags>, 'url' | 'key'>,
  env: Environment,
): Target {
  return {
    url: readUrl(url ?? (env.ROLLCALL_URL || DEFAULT_URL)).href,
    key: readKey(key ?? env.ROLLCALL_KEY),
  }
}

/** Prepares to ask the server that flags or environment name. @throws CommandError where they make no sense. */
export function connect(values: Pick<ValuesOf<ClientFlags>, 'url' | 'key'>, env: Environment): Api {
  return apiOf(readTarget(values, env))
}

/** Prepares to ask a server. */
export function apiOf(server: Target): Api {
  const { url, key } = server
  const base = new URL(url.endsWith('/') ? url : `${url}/`)
  return {
    async ask<Answer>(method: string, path: string, { query = {}, body }: ApiRequest = {}) {
      const target = new URL(path.replace(/^\//, ''), base)
      for (const [name, value] of Object.entries(query))
        if (value !== undefined) target.searchParams.set(name, value)
      const response = await send(target, method, key, body).catch((fault: unknown) => {
        throw noAnswer(isTimeout(fault) ? `waited ${PATIENCE / 1_000} s` : causeOf(fault), server)
      })
      const answer = readJson(await response.text().catch(() => ''))
      if (response.ok && answer !== undefined) return answer as Answer
      throw refusal(refusedBy(response, answer), server)
    },
  }
}

/** Reads the address of a server. @throws CommandError where it makes no sense. */
export function readUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw misuse(`The server's address must be a URL such as ${DEFAULT_URL}. Check --url or ROLLCALL_URL.`)
  if (url.username !== '' || url.password !== '')
    throw misuse('The URL carries a credential. Leave it out, and give the access key with ROLLCALL_KEY.')
  return new URL(url.pathname.endsWith('/') ? url.pathname : `${url.pathname}/`, url)
}

function readKey(key: string | undefined): string {
  if (key === undefined || key === '')
    throw misuse(
      'An access key is needed. Set ROLLCALL_KEY, or use --key. The server prints one at its first start.',
    )
  if (!/^[\x21-\x7e]+$/.test(key))
    throw misuse(
      'The access key has spaces or other characters that no key has. Check --key or ROLLCALL_KEY.',
    )
  return key
}

function send(target: URL, method: string, key: string, body: unknown): Promise<Response> {
  return fetch(target, {
    method,
    headers: {
      accept: 'application/json, application/problem+json',
      authorization: `Bearer ${key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    redirect: 'manual',
    signal: AbortSignal.timeout(PATIENCE),
  })
}

function isTimeout(fault: unknown): boolean {
  return fault instanceof Error && fault.name === 'TimeoutError'
}

function readJson(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

function refusedBy({ status }: Response, answer: object = {}): Refused {
  const { title, detail, code }: Readonly<Record<string, unknown>> = { ...answer }
  const said = [detail, title].find((each): each is string => typeof each === 'string' && each !== '')
  return { status, code, said }
}
