import type { DialectDescription } from '../../../../src/testing/dialect-contract.ts'
import { asBasic, withJson } from '../carriers.ts'

const SESSIONS = '/vhosts/:vhost/apps/:app/streams/:stream/sessions'
const THESE = '/vhosts/default/apps/app/streams/stream/sessions'
const carriers = [asBasic]

/** What may be read takes one scope, what ends another. */
export const ome: DialectDescription = {
  ownRefusal: ({ status, body = '' }) =>
    body.startsWith('{"message":"') && body.endsWith(`"statusCode":${status}}`),
  routes: [
    {
      route: `GET /v1${SESSIONS}`,
      needs: { is: 'key', scope: 'sessions:read' },
      request: () => ({ method: 'GET', target: `/v1${THESE}` }),
      carriers,
      accepts: [200],
    },
    {
      route: `DELETE /v1${SESSIONS}/:session`,
      needs: { is: 'key', scope: 'sessions:end' },
      request: ({ playback }) => ({ method: 'DELETE', target: `/v1${THESE}/${playback.name}` }),
      carriers,
      accepts: [200],
      changes: true,
    },
    {
      route: `POST /v1${SESSIONS}:end`,
      needs: { is: 'key', scope: 'sessions:end' },
      request: ({ playback }) => withJson({ method: 'POST', target: `/v1${THESE}:end` }, [playback.name]),
      carriers,
      accepts: [200],
      changes: true,
      readsBody: true,
    },
    {
      route: `GET /v1/stats/current${SESSIONS}/:session`,
      needs: { is: 'key', scope: 'sessions:read' },
      request: ({ playback }) => ({ method: 'GET', target: `/v1/stats/current${THESE}/${playback.name}` }),
      carriers,
      accepts: [200],
    },
  ],
}
