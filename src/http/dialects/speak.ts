/**
 * Speaking a dialect: from its table to an answer for every exchange.
 *
 * @module
 */
import type { Answer, Call, Dialect, DialectRoute, DialectTable, Exchange } from './contract.ts'

/** A route at a path, with the open parts of that. */
interface Met<Route> {
  readonly route: Route
  readonly params: Readonly<Record<string, string>>
}

/** Makes a dialect of its table. */
export function defineDialect<Caller>(table: DialectTable<Caller>): Dialect {
  const { name, roots, exact = [], no, finish = (answer) => answer } = table
  const routes = table.routes.map((route) => ({ ...route, segments: route.path.split('/') }))

  type There = readonly Met<(typeof routes)[number]>[]

  /** Routes at the paths that leave nothing open, found once. */
  const known = new Map<string, There>()
  for (const { path } of routes) if (!path.includes('/:')) known.set(path, findRoutes(path))

  function findRoutes(path: string): There {
    const parts = path.split('/')
    return routes.flatMap((route) => {
      const params = paramsOf(route.segments, parts)
      return params === undefined ? [] : [{ route, params }]
    })
  }

  function routesAt(path: string): There {
    return known.get(path) ?? findRoutes(path)
  }

  async function answer(exchange: Exchange): Promise<Answer> {
    const admitted = await table.admit(exchange)
    if (!admitted.ok) return admitted.answer
    const there = routesAt(exchange.path)
    if (there.length === 0) return no.missing(exchange)
    const met = there.find(({ route }) => answers(route, exchange.method))
    if (met === undefined)
      return no.method(exchange, [...new Set(there.map(({ route }) => route.method))].sort())
    if (exchange.oversized) return no.unreadable(exchange, 'too-large')
    const call: Call<Caller> = { exchange, caller: admitted.caller, params: met.params }
    return met.route.answer(call)
  }

  return {
    name,
    roots,
    exact,
    routes: table.routes.map(({ method, path }) => ({ method, path })),
    routeOf(method, path) {
      const there = routesAt(path)
      return (there.find(({ route }) => answers(route, method)) ?? there[0])?.route.path
    },
    async speak(exchange, report) {
      try {
        return finish(await answer(exchange), exchange)
      } catch (fault) {
        report?.(fault)
        return finish(no.failed(exchange, fault), exchange)
      }
    },
    refuse: (exchange, why) => finish(no.unreadable(exchange, why), exchange),
  }
}

function answers<Caller>({ method }: DialectRoute<Caller>, asked: string): boolean {
  return method === 'ANY' || method === asked || (method === 'GET' && asked === 'HEAD')
}

/** The open parts of a path, if it is one that the segments stand for. */
function paramsOf(
  segments: readonly string[],
  parts: readonly string[],
): Readonly<Record<string, string>> | undefined {
  if (parts.length !== segments.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, segment] of segments.entries()) {
    const part = parts[index] ?? ''
    if (segment.startsWith(':')) params[segment.slice(1)] = part
    else if (segment !== part) return undefined
  }
  return params
}
