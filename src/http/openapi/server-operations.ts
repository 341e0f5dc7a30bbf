/**
 * What is said of the operations for machines and passers-by.
 *
 * @module
 */
import type { Operation, OperationName } from './operation.ts'

const PAGE = { type: 'text/html', description: 'A page for people.' }

/** Them. */
export const SERVER_OPERATIONS: Readonly<Record<OperationName, Operation>> = {
  'GET /healthz': {
    id: 'checkHealth',
    group: 'Server',
    summary: 'Does it run?',
    description: 'Answers as long as the process does. It asks nothing else.',
    answers: { 200: 'Health' },
  },
  'GET /readyz': {
    id: 'checkReadiness',
    group: 'Server',
    summary: 'Can it serve?',
    description:
      'Answers 200 as long as the store answers. Send traffic here only then. A node whose `lease` is lost is ready all the same: it asks the store for every request.',
    answers: { 200: 'Ready', 503: 'NotReady' },
  },
  'GET /metrics': {
    id: 'readMetrics',
    group: 'Server',
    summary: 'Numbers for Prometheus',
    description: 'Counters, gauges and histograms in the text format of Prometheus.',
    answers: { 200: { type: 'text/plain', description: 'The text format of Prometheus.' } },
  },
  'GET /': {
    id: 'about',
    group: 'Server',
    summary: 'What is this?',
    description: 'Name and version for programs; a page for whoever accepts `text/html`.',
    answers: { 200: ['About', PAGE] },
  },
  'GET /openapi.json': {
    id: 'readDescription',
    group: 'Server',
    summary: 'This description, for programs',
    description:
      'The OpenAPI 3.1 document that this page is made of. It comes from the schemas that requests are checked against.',
    answers: { 200: { type: 'application/json', description: 'An OpenAPI 3.1 document.' } },
  },
  'GET /docs': {
    id: 'readReference',
    group: 'Server',
    summary: 'This description, for people',
    description: 'This page.',
    answers: { 200: PAGE },
  },
}
