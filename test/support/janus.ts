/**
 * A private Janus: on free ports of the loopback, with a folder of its own, ended by its process id.
 *
 * @module
 */
import { type ChildProcess, spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { killProcess, startProcess } from './own-process.ts'
import { freePort } from './server-process.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { until } from './until.ts'

/** One Janus, with two streams that nobody feeds: 1 and 2. */
export interface Janus extends AsyncDisposable {
  /** Where players talk to it. */
  readonly url: string

  /** Where it is managed. */
  readonly admin: string
  readonly secret: string

  /** Ends it without a warning, and waits until it is gone. */
  kill(): Promise<void>

  /** Starts it again where it was killed. */
  restart(): Promise<void>

  /** Stops it where it stands: it answers nothing. */
  pause(): void

  /** Lets it go on. */
  resume(): void
}

/** Where Janus sends its events, and how it says who it is. */
export interface JanusEvents {
  readonly url: string
  readonly user: string
  readonly password: string
}

/** Why tests that need Janus are skipped here; in CI a missing one is a failure instead. */
export const WITHOUT_JANUS: string | false =
  spawnSync('janus', ['--version'], { stdio: 'ignore' }).error === undefined || process.env.CI === 'true'
    ? false
    : 'janus is not installed'

const SECRET = 'what the tests tell Janus'

/** Starts one and waits until it answers. */
export async function janus(events?: JanusEvents): Promise<Janus> {
  const folder = temporaryFolder()
  const [port, adminPort, ...media] = await Promise.all(Array.from({ length: 4 }, freePort))
  mkdirSync(folder, { recursive: true })
  const files = configuration({ port, adminPort, media, folder, ...(events && { events }) })
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const admin = `http://127.0.0.1:${adminPort}/admin`
  let child = start(folder)

  const ready = (): Promise<void> =>
    until('Janus answers', () =>
      fetch(`${admin}/info`).then(
        ({ ok }) => ok,
        () => false,
      ),
    )
  await ready()

  const kill = (): Promise<void> => killProcess(child)

  return {
    url: `http://127.0.0.1:${port}/janus`,
    admin,
    secret: SECRET,
    kill,
    async restart() {
      await kill()
      child = start(folder)
      await ready()
    },
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    [Symbol.asyncDispose]: kill,
  }
}

interface Ports {
  readonly port: number | undefined
  readonly adminPort: number | undefined
  readonly media: readonly number[]
  readonly folder: string
  readonly events?: JanusEvents
}

/** Its configuration, file by file. */
function configuration({ port, adminPort, media, folder, events }: Ports): Readonly<Record<string, string>> {
  const lib = libraryFolder()
  return {
    'janus.jcfg': `general: {
  configs_folder = "${folder}"
  plugins_folder = "${lib}/plugins"
  transports_folder = "${lib}/transports"
  events_folder = "${lib}/events"
  loggers_folder = "${lib}/loggers"
  admin_secret = "${SECRET}"
  interface = "127.0.0.1"
  session_timeout = 0
}
media: { rtp_port_range = "40000-49999" }
nat: { ice_enforce_list = "lo,127.0.0.1", ice_ignore_list = "vmnet", full_trickle = false }
plugins: { disable = "${others(`${lib}/plugins`, 'libjanus_streaming.so')}" }
transports: { disable = "${others(`${lib}/transports`, 'libjanus_http.so')}" }
events: { broadcast = ${events !== undefined}, disable = "${others(`${lib}/events`, 'libjanus_sampleevh.so')}" }
`,
    'janus.transport.http.jcfg': `general: { base_path = "/janus", http = true, port = ${port}, ip = "127.0.0.1", https = false }
admin: { admin_base_path = "/admin", admin_http = true, admin_port = ${adminPort}, admin_ip = "127.0.0.1", admin_https = false }
`,
    'janus.eventhandler.sampleevh.jcfg':
      events === undefined
        ? 'general: { enabled = false }\n'
        : `general: { enabled = true, events = "sessions,handles,webrtc", grouping = true, json = "compact",
  backend = "${events.url}", backend_user = "${events.user}", backend_pwd = "${events.password}" }
`,
    'janus.plugin.streaming.jcfg': media
      .map(
        (mediaPort, index) => `stream-${index + 1}: {
  type = "rtp", id = ${index + 1}, description = "nothing", audio = false, video = true,
  videoport = ${mediaPort}, videopt = 96, videocodec = "vp8"
}
`,
      )
      .join(''),
  }
}

/** Where Debian puts what Janus loads. */
function libraryFolder(): string {
  const found = readdirSync('/usr/lib', { recursive: false })
    .map((name) => join('/usr/lib', String(name), 'janus'))
    .find((path) => spawnSync('test', ['-d', join(path, 'plugins')]).status === 0)
  if (found === undefined) throw new Error('The plugins of Janus are not where Debian puts them')
  return found
}

/** Everything there but one. */
function others(folder: string, wanted: string): string {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.so') && name !== wanted)
    .join(',')
}

function start(folder: string): ChildProcess {
  return startProcess('janus', ['--configs-folder', folder, '--disable-colors', '--debug-level=3'])
}
