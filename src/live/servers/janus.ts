/**
 * Janus: who watches there, by its Admin API, and ending one of them.
 *
 * @module
 */
import type { Env } from '../../core/env.ts'
import { isAddress } from '../../core/network.ts'
import type { Device } from '../../core/session.ts'
import { listOf, recordOf, wordOf } from './answers.ts'
import { someAtOnce } from './at-once.ts'
import type { MediaServer, Viewer } from './contract.ts'
import { type JanusAdminOptions, type JanusAnswer, janusAdmin } from './janus-admin.ts'
import { markOf, usableName, uuidOf } from './marks.ts'

/** Makes it a media server. */
export function janusServer(options: JanusAdminOptions, env: Pick<Env, 'hash' | 'hmac'>): MediaServer {
  const ask = janusAdmin(options)

  async function handlesOf(session: number): Promise<readonly Handle[]> {
    const answer = await ask('list_handles', session)
    if (answer === undefined) return []
    return numbersIn(answer.handles).map((handle) => [session, handle] as const)
  }

  return {
    name: 'janus',
    settling: 0,
    async list() {
      const all = numbersIn((await ask('list_sessions'))?.sessions)
      const handles = (await someAtOnce(all, handlesOf)).flat()
      const read = await someAtOnce(handles, async (each) =>
        readHandle(await ask('handle_info', ...each), each, env),
      )
      return read
        .filter((each) => each !== undefined)
        .sort((one, other) => one.since - other.since)
        .map(({ viewer }) => viewer)
    },
    async cut({ key }) {
      const handle = key.split('/').map(Number)
      await ask('hangup_webrtc', ...handle)
      await ask('detach_handle', ...handle)
    },
  }
}

/** A session of Janus and one of its handles: whoever knows both may use them. */
type Handle = readonly [session: number, handle: number]

/** What is watched, by the plugin that shows it; undefined where the handle is not one that watches. */
const WATCHED: ReadonlyMap<unknown, (state: Readonly<Record<string, unknown>>) => unknown> = new Map([
  ['janus.plugin.streaming', ({ mountpoint_id }) => mountpoint_id],
  ['janus.plugin.videoroom', ({ type, room }) => (type === 'subscriber' ? room : undefined)],
])

/** Reads what Janus tells of a handle: whoever watches, and since when, by its clock. Undefined where nobody does. */
export function readHandle(
  answer: JanusAnswer,
  handle: Handle,
  env: Pick<Env, 'hash' | 'hmac'>,
): { readonly viewer: Viewer; readonly since: number } | undefined {
  const { plugin, plugin_specific, opaque_id, created, webrtc } = recordOf(answer?.info)
  const { dtls, ice } = recordOf(webrtc)
  const what = idOf(WATCHED.get(plugin)?.(recordOf(plugin_specific)))
  if (what === undefined || recordOf(dtls)['dtls-state'] !== 'connected') return undefined
  const mark = markOf(env, 'janus', ...handle.map(String))
  const viewer: Viewer = {
    key: handle.join('/'),
    mark,
    resource: `janus/${wordOf(plugin).slice('janus.plugin.'.length)}/${what}`,
    name: usableName(opaque_id) ?? uuidOf(env, mark),
    device: deviceOf(recordOf(ice)['selected-pair']),
  }
  return { viewer, since: typeof created === 'number' ? created : 0 }
}

/** What is watched, as it may stand in a path. */
function idOf(id: unknown): string | undefined {
  const word = wordOf(id)
  return word === '' ? undefined : encodeURIComponent(word.toWellFormed())
}

/** The address that media goes to, from a text such as `10.0.0.1:40000 [host,udp] <-> 10.0.0.9:50000 [prflx,udp]`. */
function deviceOf(pair: unknown): Device {
  const [, ip = ''] = /<-> (\S+):\d+ /.exec(wordOf(pair)) ?? []
  return isAddress(ip) ? { ip } : {}
}

function numbersIn(list: unknown): readonly number[] {
  return listOf(list, 'Janus').filter((each): each is number => Number.isSafeInteger(each))
}
