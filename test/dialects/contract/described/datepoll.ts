import type { DescribedRoute, DialectDescription } from '../../../../src/testing/dialect-contract.ts'
import { asBearer, asField, asParameter, withJson } from '../carriers.ts'

const SESSION = '/api/v1/user/myself/session'

const base: Pick<DescribedRoute, 'needs' | 'carriers' | 'accepts'> = {
  needs: { is: 'login', role: 'member' },
  carriers: [asParameter('token'), asField('token'), asBearer],
  accepts: [200],
}

/** Staying signed in takes the token of the session itself, and hands it back. */
export const datepoll: DialectDescription = {
  ownRefusal: ({ body = '' }) =>
    body === '{"message":""}' || /^\{"(?:msg":"[^"]+","error_code"|session_\w+":\[")/.test(body),
  routes: [
    { ...base, route: `GET ${SESSION}`, request: () => ({ method: 'GET', target: SESSION }) },
    {
      ...base,
      route: `DELETE ${SESSION}/:id`,
      request: ({ own }) => ({ method: 'DELETE', target: `${SESSION}/${own.serial}` }),
      changes: true,
    },
    {
      ...base,
      route: `POST ${SESSION}/logoutCurrentSession`,
      request: ({ callerToken }) =>
        withJson(
          { method: 'POST', target: `${SESSION}/logoutCurrentSession` },
          { session_token: callerToken },
        ),
      changes: true,
      readsBody: true,
    },
    {
      ...base,
      route: 'POST /api/auth/IamLoggedIn',
      request: () => ({ method: 'POST', target: '/api/auth/IamLoggedIn' }),
      carriers: [asField('session_token')],
      accepts: [202],
      refuses: [400, 422],
      readsBody: true,
      handsBack: 'body',
    },
  ],
}
