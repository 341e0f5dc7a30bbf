/**
 * Makes a fresh clone ready: packages, the pinned Node, and, for the tests, the Debian packages they stand on.
 *
 * Runs under whatever Node npm was started with, 20 or newer, and imports nothing that is not there yet.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const STAMP = join(ROOT, 'node_modules/.rollcall-setup')
const OLDEST = 20

/** The pinned Node, once packages are there. */
export const pinnedNode = join(ROOT, 'node_modules/.bin/node')

/**
 * Commands that tests run, and the Debian package that has each. PostgreSQL's are on no path. Its package may start a
 * server of the machine's own; tests start theirs on other ports and never ask that one.
 */
const TOOLS = {
  strace: 'strace',
  curl: 'curl',
  'redis-server': 'redis-server',
  janus: 'janus',
  '/usr/lib/postgresql/*/bin/initdb': 'postgresql',
  chromium: 'chromium',
}

/** Installs the packages that the lock file names, unless they are there already. */
export function installPackages() {
  if (Number(process.versions.node.split('.')[0]) < OLDEST) {
    fail(
      `This is Node ${process.versions.node}; Rollcall needs 20 or newer to set itself up. Install Node 24 and try again.`,
    )
  }
  const wanted = createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .digest('hex')
  const there = existsSync(STAMP) && existsSync(pinnedNode) && readFileSync(STAMP, 'utf8') === wanted
  if (there) return
  process.stderr.write('Setting up: npm install …\n')
  run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'])
  if (!existsSync(pinnedNode)) {
    fail(
      'npm did not install the pinned Node. Allow install scripts (npm config get ignore-scripts) and try again.',
    )
  }
  const again = createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .digest('hex')
  writeFileSync(STAMP, again)
}

/** Installs Debian packages that the tests need and this machine lacks, where it may. Returns what is still missing. */
export function installTools() {
  const missing = Object.keys(TOOLS).filter((tool) => !has(tool))
  const mayInstall = process.getuid?.() === 0 && has('apt-get')
  if (missing.length > 0 && mayInstall) {
    process.stderr.write(`Setting up: apt-get install ${missing.map((tool) => TOOLS[tool]).join(' ')} …\n`)
    const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore', env: environment })
    spawnSync('apt-get', ['install', '-y', '-qq', ...missing.map((tool) => TOOLS[tool])], {
      stdio: 'ignore',
      env: environment,
    })
  }
  return missing.filter((tool) => !has(tool))
}

/** Where Node keeps compiled code: every test file and every server that tests start loads the same modules again. */
const COMPILED = join(ROOT, 'node_modules/.cache/compiled')

/** Runs a command in the project's folder under the pinned Node, and stops with its exit code if it fails. */
export function run(command, args, options = {}) {
  const path = `${join(ROOT, 'node_modules/.bin')}:${process.env.PATH}`
  const { status, signal, error } = spawnSync(command, args, {
    cwd: ROOT,
    stdio: 'inherit',
    env: { NODE_COMPILE_CACHE: COMPILED, ...process.env, PATH: path },
    ...options,
  })
  if (error) fail(`${command} could not be started: ${error.message}`)
  if (status !== 0) process.exit(status ?? (signal ? 1 : 0))
}

function has(tool) {
  return spawnSync('sh', ['-c', `command -v ${tool}`], { stdio: 'ignore' }).status === 0
}

function fail(sentence) {
  process.stderr.write(`${sentence}\n`)
  process.exit(1)
}
