/**
 * What a fault of a shared store means for whoever opens it, by the codes that it bears and not by its words.
 *
 * @module
 */
import { isRollcallError, RollcallError } from '../core/errors.ts'
import { withoutStoreSecrets } from './masking.ts'
import type { SharedStoreSetting } from './store-values.ts'

/** Tells whether it may help to open a store again later: it is down, and nothing is wrong with how it was asked. */
export function isWorthWaiting(fault: unknown): boolean {
  return isRollcallError(fault, 'store-unavailable') && fault.details.shared === true
}

/**
 * What a fault of a shared store means, and what helps: an error of ours, without a secret. `name` is what people may
 * call the store.
 *
 * @returns `conflict` or `bad-request` for what somebody has to mend, `store-unavailable` for what may pass.
 */
export function explainFault(fault: unknown, { kind }: SharedStoreSetting, name: string): unknown {
  if (isRollcallError(fault) && fault.message.startsWith(name)) return fault
  const codes = new Set(codesOf(fault))
  if (codes.has('ERR_MODULE_NOT_FOUND') && messageOf(fault).includes(`'${DRIVERS[kind]}'`))
    return new RollcallError(
      'bad-request',
      `${name} needs the package "${DRIVERS[kind]}", which is not installed. Add it: npm install ${DRIVERS[kind]}`,
    )
  const sentence = `${name} cannot be used: ${withoutStoreSecrets(messageOf(fault)).replace(/[.!?]?$/, '.')}`
  const remedy = REMEDIES.find(([known]) => known.some((code) => codes.has(code)))
  if (remedy !== undefined) return new RollcallError('conflict', `${sentence} ${remedy[1]}`, {}, fault)
  if (isRollcallError(fault) && !MAY_PASS.has(fault.code))
    return new RollcallError(fault.code, sentence, fault.details, fault)
  return new RollcallError('store-unavailable', sentence, { shared: true }, fault)
}

/** The package that each kind of store is spoken to with. */
const DRIVERS: Readonly<Record<SharedStoreSetting['kind'], string>> = { postgres: 'pg', redis: 'ioredis' }

const MAY_PASS: ReadonlySet<string> = new Set(['store-unavailable', 'outcome-unknown'])

/** What helps, by codes of a store that is there and does not let anybody in: SQLSTATEs, replies of Redis, codes of TLS. */
const REMEDIES: readonly (readonly [codes: readonly string[], advice: string])[] = [
  [
    ['28P01', '28000', 'SASL', 'WRONGPASS', 'NOAUTH', 'NOPERM'],
    'Check the user and the password in --store; escape what is special in a password (%40 for @).',
  ],
  [['3D000'], 'Make the database first (createdb), or name another one in --store.'],
  [['42501'], 'Give this user the right to make a schema and tables there.'],
  [
    [
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'UNABLE_TO_GET_ISSUER_CERT',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'CERT_HAS_EXPIRED',
      'CERT_NOT_YET_VALID',
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
    'See that this machine trusts its certificate.',
  ],
]

/**
 * The codes of a fault and of everything that caused it. A reply of Redis begins with its code, maybe behind the name of
 * the server, and so do faults of SASL in `pg`.
 */
function* codesOf(fault: unknown): Generator<string> {
  if (!(fault instanceof Error)) return
  if ('code' in fault) yield String(fault.code)
  yield /^(?:\S+:\d+: )?([A-Z]{4,})\b/.exec(fault.message)?.[1] ?? ''
  if (fault instanceof AggregateError) for (const each of fault.errors) yield* codesOf(each)
  yield* codesOf(fault.cause)
}

function messageOf(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault)
}
