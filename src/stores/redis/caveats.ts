/**
 * What the store stands on: what it refuses to stand on, and what it cannot promise there.
 *
 * @module
 */
import { isRollcallError, RollcallError } from '../../core/errors.ts'
import { listOf, textsOf } from './access.ts'
import type { RedisClient } from './client.ts'
import type { Confirmation } from './confirming.ts'

/** How the servers are set up, as far as they say. */
export interface Ground {
  readonly servers: readonly Server[]

  /** Whether `CONFIG GET` is permitted. */
  readonly configured: boolean
}

/** One master. */
export interface Server {
  readonly info: Readonly<Record<string, string>>
  readonly config: Readonly<Record<string, string>>
}

/** Asks every master how it is set up. What may not be asked stays empty. */
export async function survey(client: RedisClient): Promise<Ground> {
  const infos = await askAll(client, 'INFO')
  const configs = await askAll(client, 'CONFIG', 'GET', ...DIRECTIVES)
  const count = Math.max(1, infos?.length ?? 0, configs?.length ?? 0)
  const servers = Array.from({ length: count }, (_, index) => ({
    info: readInfo(String(infos?.[index] ?? '')),
    config: readConfig(configs?.[index]),
  }))
  return { servers, configured: configs !== undefined }
}

/** What is asked of the configuration. */
const DIRECTIVES = ['appendfsync', 'save', 'maxmemory-policy', 'min-replicas-to-write'] as const

/** Refuses ground on which ended sessions would come back, or scripts would not run. @throws RollcallError `conflict`. */
export function refuseUnsafe({ servers }: Ground): void {
  for (const server of servers) {
    const policy = policyOf(server)
    if (policy !== undefined && policy !== 'noeviction')
      throw new RollcallError(
        'conflict',
        `Redis may throw away whatever it likes when its memory is full (maxmemory-policy ${policy}), ended sessions ` +
          'among it, which would live again. Set CONFIG SET maxmemory-policy noeviction, and the same in redis.conf.',
      )
    const version = server.info.redis_version
    if (version !== undefined && compareVersions(version, OLDEST) < 0)
      throw new RollcallError('conflict', `This is Redis ${version}; Rollcall needs ${OLDEST} or newer.`)
  }
}

/** What cannot be promised on this ground, a sentence or two each, the same of several servers once. */
export function caveatsOf(ground: Ground, confirmation: Confirmation | undefined): readonly string[] {
  const sentences = ground.servers.flatMap((server) => [
    ...aboutDisk(server, ground.configured),
    ...aboutReplicas(server, ground.configured, confirmation),
    ...aboutVersion(server),
  ])
  return [...new Set(sentences)]
}

/** The oldest that has all that scripts use. */
const OLDEST = '7.0.0'

/** The first of each line that has the holes closed through which scripts got out (CVE-2024-46981, CVE-2025-49844). */
const MENDED = ['7.2.11', '7.4.6', '8.0.4', '8.2.2']

function aboutDisk({ info, config }: Server, configured: boolean): readonly string[] {
  if (info.aof_enabled === '0') {
    const snapshots = config.save !== undefined && config.save !== ''
    return [
      snapshots
        ? 'Redis writes snapshots only: when it stops, everything since the last one is lost, ends included. ' +
          'Set CONFIG SET appendonly yes.'
        : 'Redis keeps nothing on its disk: when it stops, everything is lost. Set CONFIG SET appendonly yes.',
    ]
  }
  if (!configured)
    return [
      'CONFIG GET is not permitted, so appendfsync, maxmemory-policy and min-replicas-to-write could not all be checked: ' +
        'they are to be everysec or always, noeviction, and 1 or more where there are replicas.',
    ]
  return FSYNC[config.appendfsync ?? ''] ?? []
}

const FSYNC: Readonly<Record<string, readonly string[]>> = {
  no: [
    'Redis leaves it to the system when it writes to its disk (appendfsync no): a power cut may lose half a minute of ' +
      'acknowledged writes, ends included. Set CONFIG SET appendfsync everysec, or always.',
  ],
  everysec: [
    'Redis writes to its disk once a second (appendfsync everysec): a power cut may lose up to two seconds of ' +
      'acknowledged writes, ends included. CONFIG SET appendfsync always loses none.',
  ],
}

function aboutReplicas(
  { info, config }: Server,
  configured: boolean,
  confirmation: Confirmation | undefined,
): readonly string[] {
  const connected = Number(info.connected_slaves ?? 0)
  if (confirmation !== undefined && connected < confirmation.replicas)
    return [
      `Each write is to be confirmed by ${confirmation.replicas} replicas, and a master has ${connected}: until it has ` +
        'more, every write is answered with outcome-unknown.',
    ]
  if (connected === 0) return []
  const lonely =
    configured && Number(config['min-replicas-to-write'] ?? 0) === 0
      ? [
          'A master that has lost its replicas goes on alone (min-replicas-to-write 0): what it acknowledges then is lost ' +
            'if one of them is promoted. Set CONFIG SET min-replicas-to-write 1.',
        ]
      : []
  return [...lonely, ...aboutPromotion(connected, confirmation)]
}

function aboutPromotion(connected: number, confirmation: Confirmation | undefined): readonly string[] {
  if (confirmation === undefined)
    return [
      'Replication is asynchronous: an acknowledged end can be lost when a replica is promoted. ' +
        'Set durability to replicated.',
    ]
  return confirmation.replicas >= connected
    ? []
    : [
        `Each write is confirmed by ${confirmation.replicas} of ${connected} replicas: an acknowledged end can be lost ` +
          `when another one is promoted. Set replicas to ${connected}.`,
      ]
}

function aboutVersion({ info }: Server): readonly string[] {
  const version = info.redis_version
  if (version === undefined)
    return ['INFO is not permitted: neither version nor persistence could be checked.']
  if (info.valkey_version !== undefined || isMended(version)) return []
  return [
    `Redis ${version} has known security holes in its Lua scripting, unless the distribution has closed them ` +
      `(CVE-2024-46981, CVE-2025-49844; closed in ${MENDED.join(', ')}). Let nobody but Rollcall run scripts there, and upgrade.`,
  ]
}

function isMended(version: string): boolean {
  const line = version.split('.').slice(0, 2).join('.')
  const first = MENDED.find((mended) => mended.startsWith(`${line}.`))
  return compareVersions(version, first ?? MENDED.at(-1) ?? version) >= 0
}

function policyOf({ info, config }: Server): string | undefined {
  return config['maxmemory-policy'] ?? info.maxmemory_policy
}

/** What every master answered; undefined where it may not be asked. */
async function askAll(
  client: RedisClient,
  command: string,
  ...args: readonly string[]
): Promise<readonly unknown[] | undefined> {
  try {
    return await client.readAll(command, ...args)
  } catch (fault) {
    if (isRollcallError(fault) && /NOPERM|unknown command/i.test(fault.message)) return undefined
    throw fault
  }
}

function readInfo(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    text.split('\r\n').flatMap((line) => {
      const [, name, value] = /^([a-z_0-9]+):(.*)$/.exec(line) ?? []
      return name === undefined ? [] : [[name, value ?? '']]
    }),
  )
}

function readConfig(answer: unknown): Readonly<Record<string, string>> {
  const texts = answer === undefined ? [] : textsOf(listOf(answer))
  return Object.fromEntries(
    texts.flatMap((name, index) => (index % 2 === 0 ? [[name, texts[index + 1] ?? '']] : [])),
  )
}

function compareVersions(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true })
}
