/**
 * What is told of requests to whoever measures the server.
 *
 * @module
 */
import type { App } from './app.ts'
import { patternOf } from './dialects/mount.ts'

/** Numbers that the application keeps by itself, to be read at any time. They only grow. */
export interface HttpTally {
  /** Answers to whoami that were given ahead of the framework. */
  aheadOfFramework: number

  /** Credentials that were looked at and found wrong. */
  wrongCredentials: number

  /** Those of them that were refused as one too many. */
  tooManyAttempts: number
}

/** A request that the framework has answered, though its client may have hung up on the way. */
export interface AnsweredRequest {
  readonly method: string

  /** The pattern of its route, never its path; undefined where there is no such route. */
  readonly route: string | undefined
  readonly status: number

  /** From its first byte to the last of the answer; undefined for a line that is held open. */
  readonly seconds: number | undefined
}

/** Whoever measures. */
export interface Meter {
  /** Hears of each request that the framework has answered. Must not throw. */
  answered(request: AnsweredRequest): void

  /** Is told once how to count those who read events as they happen. */
  readers(count: () => number): void

  /** Writes down everything that was measured, as text for Prometheus. */
  scrape(): Promise<{ readonly type: string; readonly text: string }>
}

/** A tally of nothing yet. */
export function newTally(): HttpTally {
  return { aheadOfFramework: 0, wrongCredentials: 0, tooManyAttempts: 0 }
}

/** Tells a meter of every request to the routes that are added from now on. */
export function measure(app: App, meter: Meter): void {
  app.addHook('onRequest', (request, { raw }, done) => {
    const began = performance.now()
    raw.once('close', () => {
      if (!raw.headersSent) return
      const held = request.headers.accept?.includes('text/event-stream')
      meter.answered({
        method: request.method,
        route: patternOf(request),
        status: raw.statusCode,
        seconds: held ? undefined : (performance.now() - began) / 1_000,
      })
    })
    done()
  })
}
