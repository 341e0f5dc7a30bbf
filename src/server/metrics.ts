/**
 * What is measured of a server, for Prometheus.
 *
 * @module
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { SessionStore } from '../core/store.ts'
import type { SessionManager } from '../engine/manager.ts'
import type { HttpTally, Meter } from '../http/watching.ts'
import { WHOAMI } from '../http/whoami.ts'
import { engineReadings, type Reading, type Sample, tallyReadings } from './readings.ts'
import { timedStore } from './timed-store.ts'

/** Everything that is measured. */
export interface Metrics extends Meter {
  /** Makes a store whose operations are timed. */
  time(store: SessionStore): SessionStore

  /** Watches an engine from now on. */
  watch(sessions: SessionManager): void

  /** Reads these too whenever somebody looks. */
  include(readings: readonly Reading[]): void
}

/** Starts to measure the process and whatever else it is told of. */
export function startMetrics(tally: HttpTally, version: string): Metrics {
  const register = new Registry()
  const registers = [register]
  const answered = countAnswers()
  collectDefaultMetrics({ register })

  const requestTimes = new Histogram({
    name: 'rollcall_http_request_duration_seconds',
    help: 'From the first byte of a request to the last of its answer. Lines held open, and whoami answered ahead of the framework, are not among them.',
    labelNames: ['method', 'route'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers,
  })
  const storeTimes = new Histogram({
    name: 'rollcall_store_operation_duration_seconds',
    help: 'Operations of the store, by what they do.',
    labelNames: ['operation'],
    buckets: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers,
  })
  const storeFailures = new Counter({
    name: 'rollcall_store_operation_failures_total',
    help: 'Operations of the store that failed.',
    labelNames: ['operation'],
    registers,
  })

  function read({ type, name, help, labels = [], read: readSamples }: Reading): void {
    const settings = { name, help, labelNames: labels, registers }
    if (type === 'gauge') {
      new Gauge({
        ...settings,
        async collect() {
          this.reset()
          for (const { labels: of = {}, value } of await readSamples()) this.set(of, value)
        },
      })
    } else {
      new Counter({
        ...settings,
        async collect() {
          this.reset()
          for (const { labels: of = {}, value } of await readSamples()) this.inc(of, value)
        },
      })
    }
  }

  for (const reading of tallyReadings(tally)) read(reading)
  read({
    type: 'counter',
    name: 'rollcall_http_requests_total',
    help: 'Requests answered, by the pattern of their route; "none" where there is no such route.',
    labels: ['method', 'route', 'status'],
    read: () => answered.samples(tally.aheadOfFramework),
  })
  read({
    type: 'gauge',
    name: 'rollcall_info',
    help: 'Which Rollcall this is.',
    labels: ['version'],
    read: () => [{ value: 1, labels: { version } }],
  })

  return {
    answered({ method, route = 'none', status, seconds }) {
      answered.count(method, route, status)
      if (seconds !== undefined) requestTimes.observe({ method: known(method), route }, seconds)
    },

    readers(count) {
      read({
        type: 'gauge',
        name: 'rollcall_event_readers',
        help: 'Open streams of events.',
        read: () => [{ value: count() }],
      })
    },

    async scrape() {
      return { type: register.contentType, text: await register.metrics() }
    },

    time: (store) =>
      timedStore(store, (operation, seconds, failed) => {
        storeTimes.observe({ operation }, seconds)
        if (failed) storeFailures.inc({ operation })
      }),

    watch(sessions) {
      for (const reading of engineReadings(sessions)) read(reading)
    },

    include(readings) {
      for (const reading of readings) read(reading)
    },
  }
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'])

/** A method, or "other": whoever sends requests must not be able to make up labels. */
function known(method: string): string {
  return METHODS.has(method) ? method : 'other'
}

interface AnswerCount {
  count(method: string, route: string, status: number): void

  /** Every count; with the answers to whoami that never came by here. */
  samples(aheadOfFramework: number): readonly Sample[]
}

function countAnswers(): AnswerCount {
  const samples = new Map<string, Sample>()

  function add(method: string, route: string, status: string, more: number): void {
    const labels = { method: known(method), route, status }
    const key = Object.values(labels).join(' ')
    samples.set(key, { labels, value: (samples.get(key)?.value ?? 0) + more })
  }

  let alreadyAhead = 0
  return {
    count: (method, route, status) => add(method, route, String(status), 1),
    samples(aheadOfFramework) {
      add('GET', WHOAMI, '200', aheadOfFramework - alreadyAhead)
      alreadyAhead = aheadOfFramework
      return [...samples.values()]
    },
  }
}
