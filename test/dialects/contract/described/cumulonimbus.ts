import type { Role } from '../../../../src/core/user.ts'
import type { Cast, DescribedRoute, DialectDescription } from '../../../../src/testing/dialect-contract.ts'
import { asBearer, asHeader, withJson } from '../carriers.ts'

/** The holder's routes are for every role, those of a named user for staff. */
export const cumulonimbus: DialectDescription = {
  ownRefusal: ({ body = '' }) => /^\{"code":"[A-Z_]+_ERROR","message":"/.test(body),
  routes: [
    {
      route: 'ANY /api',
      needs: { is: 'nothing' },
      request: () => ({ method: 'GET', target: '/api' }),
      carriers: [],
      accepts: [200],
    },
    reads('member', '/api/user/session', () => '/api/user/session'),
    reads('member', '/api/user/session/:sid', ({ own }) => `/api/user/session/${own.stamp}`),
    reads('member', '/api/user/sessions', () => '/api/user/sessions?limit=2'),
    ends('member', '/api/user/session/:sid', ({ own }) => `/api/user/session/${own.stamp}`),
    endsNamed('member', '/api/user/sessions', () => '/api/user/sessions', 'own'),
    ends('member', '/api/user/sessions/all', () => '/api/user/sessions/all'),
    reads('staff', '/api/user/:id/sessions', ({ other }) => `/api/user/${other.userId}/sessions`),
    reads('staff', '/api/user/:id/session/:sid', otherSession),
    ends('staff', '/api/user/:id/session/:sid', otherSession),
    endsNamed(
      'staff',
      '/api/user/:id/sessions',
      ({ other }) => `/api/user/${other.userId}/sessions`,
      'other',
    ),
    ends('staff', '/api/user/:id/sessions/all', ({ other }) => `/api/user/${other.userId}/sessions/all`),
  ],
}

function otherSession({ other }: Cast): string {
  return `/api/user/${other.userId}/session/${other.stamp}`
}

function reads(role: Role, path: string, targetOf: (cast: Cast) => string): DescribedRoute {
  return {
    route: `GET ${path}`,
    needs: { is: 'login', role },
    request: (cast) => ({ method: 'GET', target: targetOf(cast) }),
    carriers: [asHeader('authorization'), asBearer],
    accepts: [200],
  }
}

function ends(role: Role, path: string, targetOf: (cast: Cast) => string): DescribedRoute {
  return {
    ...reads(role, path, targetOf),
    route: `DELETE ${path}`,
    request: (cast) => ({ method: 'DELETE', target: targetOf(cast) }),
    changes: true,
  }
}

function endsNamed(
  role: Role,
  path: string,
  targetOf: (cast: Cast) => string,
  whose: 'own' | 'other',
): DescribedRoute {
  return {
    ...ends(role, path, targetOf),
    request: (cast) =>
      withJson({ method: 'DELETE', target: targetOf(cast) }, { sessions: [String(cast[whose].stamp)] }),
    readsBody: true,
  }
}
