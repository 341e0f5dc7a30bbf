import type { DialectDescription } from '../../../../src/testing/dialect-contract.ts'
import { asBearer, asCookie, asField, asHeader } from '../carriers.ts'

const carriers = [asBearer, asHeader('x-session-token'), asCookie('__Host-rollcall')]

/** A token that is none is revoked as successfully as any other, and to no effect. */
export const crossid: DialectDescription = {
  ownRefusal: ({ status, body = '' }) => body.startsWith(`{"code":${status},"message":"`),
  routes: [
    {
      route: 'GET /api/v1/auth/sessions/whoami',
      needs: { is: 'login', role: 'member' },
      request: () => ({ method: 'GET', target: '/api/v1/auth/sessions/whoami' }),
      carriers,
      accepts: [200],
      refuses: [401],
    },
    {
      route: 'DELETE /api/v1/auth/sessions/revoke',
      needs: { is: 'login', role: 'member' },
      request: () => ({ method: 'DELETE', target: '/api/v1/auth/sessions/revoke' }),
      carriers: [...carriers, asField('sessionToken'), asField('session_token')],
      accepts: [204],
      refuses: [204, 400],
      changes: true,
      readsBody: true,
    },
  ],
}
