/**
 * A stream of server-sent events that outlives its connections.
 *
 * @module
 */
import { type Frame, frameReader } from './frames.ts'
import { isProblem, RollcallProblem } from './problem.ts'
import { readProblem, tooLate, unreachable } from './read-problem.ts'
import { type Call, type Connection, send } from './request.ts'
import { mayPass, pauseAfter, sleep } from './retry.ts'

/** How to hold a stream. */
export interface StreamOptions {
  /** Ends the stream: it throws the signal's reason. */
  readonly signal?: AbortSignal

  /** The position after which it begins; now, unless told otherwise. */
  readonly after?: string

  /** The longest silence before a connection counts as lost, in milliseconds. 45,000: three heartbeats. */
  readonly silence?: number

  /** The longest pause between connections, in milliseconds. 30,000. */
  readonly longestPause?: number

  /** Hears why a connection was lost, each time before it is made again. */
  readonly onInterrupted?: (fault: RollcallProblem) => void

  /** Hears where the stream stands, once what came before has been taken; also where nothing of interest happened. */
  readonly onPosition?: (position: string) => void
}

/**
 * Yields what a stream carries, each item once and in order, whatever happens to its connections: a new one goes on
 * behind the last item that arrived whole.
 *
 * @throws RollcallProblem for what will not pass by itself, such as `position-forgotten`
 */
export async function* streamOf<Item>(
  connection: Connection,
  call: Call,
  options: StreamOptions,
): AsyncGenerator<Item, void, undefined> {
  const { signal, longestPause: longest = 30_000, onInterrupted = ignore, onPosition = ignore } = options
  let { after: position } = options
  let first = FIRST_PAUSE
  for (let failures = 0; ; ) {
    try {
      for await (const { id, data, retry } of framesOf(connection, from(call, position), options)) {
        const items = data === undefined ? [] : [readItem<Item>(data)]
        failures = 0
        first = retry ?? first
        position = id ?? position
        yield* items
        if (id !== undefined) onPosition(id)
      }
    } catch (fault) {
      const interruption = interruptionBy(fault)
      failures += 1
      onInterrupted?.(interruption)
      await sleep(pauseAfter(interruption, failures, { first, longest }), signal)
    }
  }
}

const ignore = (): void => {}

/** Milliseconds, unless the server asks for another. */
const FIRST_PAUSE = 500

/** What interrupted a stream, if that may pass by itself; throws it otherwise. */
function interruptionBy(fault: unknown): RollcallProblem {
  if (isProblem(fault) && mayPass(fault)) return fault
  throw fault
}

function from(call: Call, position: string | undefined): Call {
  return {
    ...call,
    headers: {
      accept: `${EVENT_STREAM}, application/problem+json`,
      ...(position !== undefined && { 'last-event-id': position }),
    },
  }
}

const EVENT_STREAM = 'text/event-stream'

function readItem<Item>(data: string): Item {
  try {
    return JSON.parse(data) as Item
  } catch (cause) {
    throw new RollcallProblem('unexpected-answer', 'The stream carries something that is not JSON.', {
      cause,
    })
  }
}

/** Yields the frames of one connection. Never returns: a stream that ends has lost its connection. */
export async function* framesOf(
  connection: Connection,
  call: Call,
  { signal, silence = 45_000 }: Pick<StreamOptions, 'signal' | 'silence'>,
): AsyncGenerator<Frame, never, undefined> {
  const quiet = new AbortController()
  const either = signal ? AbortSignal.any([signal, quiet.signal]) : quiet.signal
  try {
    const body = await within(silence, quiet, () => open(connection, call, either))
    const reader = body.getReader()
    const read = frameReader()
    for (;;) {
      const { done, value } = await within(silence, quiet, () => reader.read())
      if (done) throw unreachable('The stream ended.')
      yield* read(value)
    }
  } catch (fault) {
    signal?.throwIfAborted()
    throw fault instanceof RollcallProblem ? fault : unreachable(fault)
  } finally {
    quiet.abort()
  }
}

async function open(
  connection: Connection,
  call: Call,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const response = await send(connection, call, signal)
  if (!response.ok) throw readProblem(response, await response.text())
  const type = response.headers.get('content-type') ?? ''
  if (response.body !== null && type.startsWith(EVENT_STREAM)) return response.body
  throw new RollcallProblem('unexpected-answer', `The answer is "${type}" and no stream. Check the URL.`, {
    status: response.status,
  })
}

/** Waits that long at the most, then gives up the whole connection. */
async function within<Value>(
  milliseconds: number,
  connection: AbortController,
  wait: () => Promise<Value>,
): Promise<Value> {
  const timer = setTimeout(() => connection.abort(tooLate(milliseconds)), milliseconds)
  try {
    return await wait()
  } finally {
    clearTimeout(timer)
  }
}
