/**
 * The example of an operation, for a shell.
 *
 * @module
 */
import type { DescribedParameter, Placed } from './described.ts'

/** A command that asks for an operation. It wants `URL`, and `TOKEN` or `ROLLCALL_KEY`, in the environment. */
export function curlOf({ method, path, operation }: Placed): string {
  const { parameters = [], requestBody, responses, security } = operation
  const body = requestBody?.content['application/json']?.example
  return [
    `curl ${method === 'GET' ? '' : `-X ${method} `}"$URL${filled(path, parameters)}"`,
    ...credentialOf(security),
    ...('101' in responses ? UPGRADE : []),
    ...(body === undefined
      ? []
      : ['-H "Content-Type: application/json"', `-d ${quoted(JSON.stringify(body, undefined, 2))}`]),
  ].join(' \\\n  ')
}

/** What asks for a WebSocket (RFC 6455 4.1). What comes then are its frames, as they are. */
const UPGRADE = [
  '--http1.1 -N -i -H "Connection: Upgrade" -H "Upgrade: websocket"',
  '-H "Sec-WebSocket-Version: 13" -H "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="',
]

function filled(path: string, parameters: readonly DescribedParameter[]): string {
  const shown = parameters.filter(({ example }) => example !== undefined)
  const query = shown.filter((parameter) => parameter.in === 'query')
  const text = shown
    .filter((parameter) => parameter.in === 'path')
    .reduce((made, { name, example }) => made.replace(`{${name}}`, String(example)), path)
  const search = new URLSearchParams(
    Object.fromEntries(query.map(({ name, example }) => [name, String(example)])),
  )
  return search.size > 0 ? `${text}?${search}` : text
}

function credentialOf(security: Placed['operation']['security']): readonly string[] {
  if (security.some((way) => 'token' in way)) return ['-H "Authorization: Bearer $TOKEN"']
  return security.some((way) => 'key' in way) ? ['-H "Authorization: Bearer $ROLLCALL_KEY"'] : []
}

/** A text as one word of a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
