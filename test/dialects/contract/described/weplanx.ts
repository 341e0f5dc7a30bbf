import type {
  DescribedRoute,
  DialectDescription,
  DialectRequest,
} from '../../../../src/testing/dialect-contract.ts'
import { asCookie } from '../carriers.ts'

const base: Pick<DescribedRoute, 'needs' | 'carriers' | 'accepts'> = {
  needs: { is: 'login', role: 'operator' },
  carriers: [asCookie('TOKEN')],
  accepts: [200],
}

/** What changes something takes the pair of cookies that `GET /` sets, and the echo of the second in a header. */
export const weplanx: DialectDescription = {
  ownRefusal: ({ body = '' }) => body.startsWith('{"code":'),
  frameworkMade: ({ status, headers, body }) =>
    status === 404 && body === '404 page not found' && headers?.['content-type'] === 'text/plain',
  routes: [
    {
      route: 'GET /',
      needs: { is: 'nothing' },
      request: () => ({ method: 'GET', target: '/' }),
      carriers: [],
      accepts: [200],
    },
    { ...base, route: 'GET /sessions', request: () => ({ method: 'GET', target: '/sessions' }) },
    {
      ...base,
      route: 'DELETE /sessions/:uid',
      request: ({ other }, send) => withPair('DELETE', `/sessions/${other.userId}`, send),
      changes: true,
    },
    {
      ...base,
      route: 'POST /sessions/clear',
      request: (_cast, send) => withPair('POST', '/sessions/clear', send),
      changes: true,
    },
  ],
}

async function withPair(
  method: string,
  target: string,
  send: Parameters<DescribedRoute['request']>[1],
): Promise<DialectRequest> {
  const { headers } = await send({ method: 'GET', target: '/' })
  const pairs = [headers?.['set-cookie'] ?? []].flat().map((line) => line.split(';')[0] ?? '')
  const echo = pairs.find((pair) => pair.startsWith('XSRF-TOKEN='))?.slice('XSRF-TOKEN='.length)
  return { method, target, headers: { cookie: pairs.join('; '), 'x-xsrf-token': echo ?? '' } }
}
