/**
 * What is no HTTP request, or is one too large or too slow to be read: refused before there is a request at all.
 *
 * @module
 */
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { type FailureCode, RollcallError } from '../core/errors.ts'
import { PROBLEM_TYPE, toProblem } from '../protocol/problems.ts'
import { PRIVATE_HEADERS } from './whoami.ts'

/** Answers with a problem and hangs up: what follows on such a connection cannot be told from what came before. */
export function refuseUnreadable(fault: NodeJS.ErrnoException, socket: Socket): void {
  if (fault.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const [code, detail] = KNOWN[fault.code ?? ''] ?? OTHERWISE
  const problem = toProblem(new RollcallError(code, detail))
  const body = JSON.stringify(problem)
  const headers = {
    ...PRIVATE_HEADERS,
    connection: 'close',
    'content-length': String(Buffer.byteLength(body)),
    'content-type': PROBLEM_TYPE,
    date: new Date().toUTCString(),
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  const start = `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`
  socket.end([start, ...lines, '', body].join('\r\n'), () => socket.destroy())
}

const KNOWN: Readonly<Record<string, readonly [FailureCode, string]>> = {
  HPE_HEADER_OVERFLOW: ['headers-too-large', 'Path and headers may be 8 KiB together at most.'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['too-large', 'Leave out the chunk extensions.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['too-slow', 'Send headers within 5 s, and all of a request within 10 s.'],
}

const OTHERWISE = ['bad-request', 'This is not a request as RFC 9112 has it.'] as const
