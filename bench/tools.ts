/**
 * What the benchmarks stand on beside Node: a few commands, and the packages of the peers.
 *
 * @module
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where the servers of other projects are, and what they need. */
export const PEERS: string = join(import.meta.dirname, 'peers')

/** Commands, and the Debian package that has each. */
const TOOLS = {
  taskset: 'util-linux',
  wrk: 'wrk',
  'redis-server': 'redis-server',
  postgres: 'postgresql',
} as const

/** Sees to it that these commands are there: installs them where it may, and throws where one is still missing. */
export function needTools(...tools: readonly (keyof typeof TOOLS)[]): void {
  const missing = tools.filter((tool) => !has(tool))
  if (missing.length === 0) return
  const packages = missing.map((tool) => TOOLS[tool])
  if (process.getuid?.() === 0 && has('apt-get')) {
    process.stderr.write(`Setting up: apt-get install ${packages.join(' ')} …\n`)
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore', env })
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], {
      stdio: 'ignore',
      env,
    })
  }
  const still = missing.filter((tool) => !has(tool))
  if (still.length === 0) return
  throw new Error(
    `This benchmark needs ${still.join(' and ')}. Install ${still.map((tool) => TOOLS[tool]).join(' and ')} (on Debian: apt-get install) and run it again.`,
  )
}

/** Where a program of PostgreSQL is: Debian keeps most of them off the path. The latest of several. */
export function findPostgres(program: string): string {
  const versions = existsSync(DEBIAN_POSTGRES) ? readdirSync(DEBIAN_POSTGRES) : []
  const [latest] = versions
    .sort((one, other) => Number(other) - Number(one))
    .map((version) => join(DEBIAN_POSTGRES, version, 'bin', program))
    .filter((path) => existsSync(path))
  return latest ?? program
}

/** The databases that are there, each with its version. */
export function versionsOfDatabases(): readonly string[] {
  const said = (command: string): string | undefined =>
    /\d+(\.\d+)+/.exec(spawnSync(command, ['--version'], { encoding: 'utf8' }).stdout ?? '')?.[0]
  return Object.entries({ PostgreSQL: findPostgres('postgres'), Redis: 'redis-server' }).flatMap(
    ([name, command]) => (said(command) === undefined ? [] : [`${name} ${said(command)}`]),
  )
}

/** Installs the packages of the peers that their lock file names, unless they are there already. */
export function needPeers(): void {
  const stamp = join(PEERS, 'node_modules/.rollcall-setup')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digestOfLock()) return
  process.stderr.write('Setting up: npm install in bench/peers …\n')
  const words = ['install', '--no-audit', '--no-fund', '--loglevel=error']
  const { status } = spawnSync('npm', words, { cwd: PEERS, stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0)
    throw new Error('The peers could not be installed. See what npm said above, or leave the peers out.')
  writeFileSync(stamp, digestOfLock())
}

function digestOfLock(): string {
  return createHash('sha256')
    .update(readFileSync(join(PEERS, 'package-lock.json')))
    .digest('hex')
}

const DEBIAN_POSTGRES = '/usr/lib/postgresql'

function has(tool: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${findPostgres(tool)}`], { stdio: 'ignore' }).status === 0
}
