/**
 * Which dialects are spoken where, and whom they let do what.
 *
 * @module
 */
import type { DialectSettings } from '../../server/dialects.ts'
import { explainDialects, type SpokenDialect } from '../../server/explain-dialects.ts'
import type { Settings } from '../../server/setting-table.ts'
import { doubtful, type Finding, well } from './finding.ts'

/**
 * Tells of each dialect that a server with these settings speaks, and of what nodes that share a store would not agree on.
 * Settings that are mistaken are told elsewhere.
 */
export async function examineDialects(
  settings: Partial<DialectSettings & Pick<Settings, 'store'>>,
): Promise<readonly Finding[]> {
  if (!isWhole(settings)) return []
  const spoken = await explainDialects(settings)
  if (spoken.length === 0) return [well('dialects', 'None is spoken.')]
  return [...spoken.map((each) => examineOne(each, settings)), ...examinePairs(spoken, settings)]
}

/** Each node without a key makes one of its own, and knows no pair of another's. */
function examinePairs(
  spoken: readonly SpokenDialect[],
  { store, weplanxCsrfKey }: Pick<DialectSettings, 'weplanxCsrfKey'> & Partial<Pick<Settings, 'store'>>,
): readonly Finding[] {
  const shared = store?.kind === 'postgres' || store?.kind === 'redis'
  if (!shared || weplanxCsrfKey !== undefined || !spoken.some(({ name }) => name === 'weplanx')) return []
  return [
    doubtful(
      'dialects',
      'weplanx is spoken and the store is shared, and --weplanx-csrf-key is not set: a CSRF pair of one node is refused by the others.',
      'Set --weplanx-csrf-key, the same for all nodes; or leave weplanx out of --dialects.',
    ),
  ]
}

function examineOne(spoken: SpokenDialect, { weplanxUnsafeAnyUser }: DialectSettings): Finding {
  const says = describe(spoken)
  if (spoken.name === 'weplanx' && weplanxUnsafeAnyUser)
    return doubtful(
      'dialects',
      `${says} Every signed-in user may list and end all sessions there.`,
      'Leave that to operators: --weplanx-unsafe-any-user no, and the role "operator" for them.',
    )
  return well('dialects', says)
}

function describe({ name, realm, host, under, exactly }: SpokenDialect): string {
  const paths = [...under.map((path) => `${path}/…`), ...exactly].join(', ')
  const where = host === undefined ? '' : ` on ${host}`
  return `${name} is spoken at ${paths}${where}, in the realm "${realm}".`
}

function isWhole<Given extends Partial<DialectSettings>>(
  settings: Given,
): settings is Given & DialectSettings {
  const { dialects, resources, crossidCookie, cumulonimbusLimit, weplanxUnsafeAnyUser, allowOrigins } =
    settings
  return [dialects, resources, crossidCookie, cumulonimbusLimit, weplanxUnsafeAnyUser, allowOrigins].every(
    (each) => each !== undefined,
  )
}
