/**
 * The calls that promises are checked with: right ones, wrong ones, and such as nobody can read.
 *
 * @module
 */
import type { Answer } from '../../http/dialects/contract.ts'
import { type Credential, rightFor, roleFor, type Wrong, wrongFor } from './credentials.ts'
import type {
  Carrier,
  DescribedRoute,
  DialectDescription,
  DialectRequest,
  MakeDialectBench,
} from './described.ts'
import { MALFORMATIONS, type Malformation } from './malformed.ts'
import { type Stage, setStage } from './stage.ts'

/** A call of a route, each made on a stage of its own. */
export interface DialectCall {
  readonly name: string
  readonly route: DescribedRoute
  readonly carry: Carrier
  readonly credential: Credential
  readonly malform?: Malformation

  /** Whether the store is lost by then. Nothing can be told to have changed. */
  readonly lost?: boolean
}

/** What came of a call. */
export interface Outcome {
  readonly answer: Answer
  readonly request: DialectRequest

  /** What the request carried. */
  readonly secret: string | undefined

  /** Whether anything is not as it was before. */
  readonly changed: boolean
  readonly stage: Stage
}

/** Every call with a right credential. */
export function rightCalls({ routes }: DialectDescription): readonly DialectCall[] {
  return routes.flatMap((route) => callsWith(route, rightFor(route.needs)))
}

/** Every call with a credential that is wrong in this way. */
export function wrongCalls({ routes }: DialectDescription, wrong: Wrong): readonly DialectCall[] {
  return routes.flatMap((route) => callsWith(route, wrongFor(route.needs, wrong)))
}

/** Calls that are right but for what cannot be read. */
export function malformedCalls({ routes }: DialectDescription): readonly DialectCall[] {
  return routes.flatMap((route) => {
    const [credential] = rightFor(route.needs)
    const [carry = bare] = route.carriers
    return MALFORMATIONS.filter(({ of }) => of !== 'body' || route.readsBody).flatMap((malform) =>
      credential === undefined
        ? []
        : [{ name: `${route.route} with ${malform.name}`, route, carry, credential, malform }],
    )
  })
}

/** Right calls that come when the store is lost. */
export function lostCalls(description: DialectDescription): readonly DialectCall[] {
  return rightCalls(description)
    .filter(({ route }) => route.needs.is !== 'nothing')
    .map((call) => ({ ...call, name: `${call.name}, while the store is away`, lost: true }))
}

/** All of them. */
export function everyCall(description: DialectDescription): readonly DialectCall[] {
  const wrong = (['kind', 'realm', 'rank', 'unproven', 'over'] as const).flatMap((each) =>
    wrongCalls(description, each),
  )
  return [...rightCalls(description), ...wrong, ...malformedCalls(description), ...lostCalls(description)]
}

/** Makes a call, and looks what came of it. */
export async function make<Seen>(
  makeBench: MakeDialectBench,
  { route, carry, credential, malform, lost = false }: DialectCall,
  look: (outcome: Outcome) => Seen | Promise<Seen>,
): Promise<Seen> {
  await using stage = await setStage(makeBench, roleFor(route.needs))
  const plain = await route.request(stage.cast, stage.send)
  const secret = await credential.make(stage)
  const carried = secret === undefined ? plain : carry(plain, secret)
  const request = malform === undefined ? carried : malform.spoil(carried)
  const before = JSON.stringify(await stage.history())
  if (lost) stage.loseStore()
  const answer = await stage.send(request)
  const changed = !lost && JSON.stringify(await stage.history()) !== before
  return look({ answer, request, secret, changed, stage })
}

const bare: Carrier = (request) => request

function callsWith(route: DescribedRoute, credentials: readonly Credential[]): readonly DialectCall[] {
  const carriers = route.carriers.length === 0 ? [bare] : route.carriers
  return carriers.flatMap((carry, index) =>
    credentials.map((credential) => ({
      name: `${route.route} with ${credential.name}${index === 0 ? '' : `, carried in way ${index + 1}`}`,
      route,
      carry,
      credential,
    })),
  )
}
