import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { readSettings } from '../../src/server/settings.ts'
import { type RunningServer, startServer } from '../../src/server/start-server.ts'
import { type Chromium, startChromium, WITHOUT_CHROMIUM } from '../support/chromium.ts'
import { call, KEY } from '../support/server-process.ts'
import { until } from '../support/until.ts'
import { openSite, type Site } from './pages.ts'

const options = { skip: WITHOUT_CHROMIUM, timeout: 60_000 }
const BASIC = { authorization: `Basic ${btoa(KEY)}` }
const UID = '64bfbe69eddf04482dcf9d43'

let site: Site
let chromium: Chromium
let server: RunningServer

before(async () => {
  if (WITHOUT_CHROMIUM) return
  site = await openSite()
  chromium = await startChromium()
  const flags = ['--port=0', '--log-level=silent', `--key=${KEY}`, `--allow-origin=${site.origin}`]
  const argv = ['--store=memory:', '--ome-keep-out=1m', ...flags]
  server = await startServer(readSettings({ argv, env: {} }), undefined, { demo: true })
})

after(async () => {
  await chromium?.[Symbol.asyncDispose]()
  await server?.close()
  await site?.[Symbol.asyncDispose]()
})

test(
  'OvenPlayer as it is on npm plays under its name, is refused a name that is taken, and sees when it is cut',
  options,
  async (t) => {
    await using stage = await publishing('show')
    const page = await chromium.open(site.players)
    const url = (name: string): string => `${server.url.replace('http', 'ws')}/app/show?session=${name}`
    const play = (name: string, as = name): Promise<unknown> => page.evaluate(`play('${as}', '${url(name)}')`)
    const seen = (name: string): Promise<Seen> => page.evaluate(`seen('${name}')`)
    const names = ['my_session_0', 'my_session_1', 'my_session_2']

    for (const name of names) await play(name)
    for (const name of names) await until(`${name} shows pictures`, async () => (await seen(name)).frames > 5)
    assert.deepEqual((await stage.list()).sort(), names)

    await play('my_session_0', 'another')
    await until('the second of that name is refused', async () => (await seen('another')).errors.length > 0)
    const [refusal] = (await seen('another')).errors
    assert.deepEqual([refusal?.code, refusal?.error], [501, 'Cannot create offer'])
    assert.deepEqual((await stage.list()).sort(), names)

    const cutAt = Date.now()
    assert.deepEqual(await stage.end('my_session_1'), { message: 'OK', statusCode: 200 })
    await until('the player shows its error', async () => (await seen('my_session_1')).errors.length > 0)
    const [fault] = (await seen('my_session_1')).errors
    assert.equal(fault?.code, 511)
    t.diagnostic(`OvenPlayer showed its error after ${(fault?.at ?? 0) - cutAt} ms`)
    assert.ok((fault?.at ?? 0) - cutAt < 500, `the error came after ${(fault?.at ?? 0) - cutAt} ms`)
    for (const name of ['my_session_0', 'my_session_2'])
      await stage.goesOn(async () => (await seen(name)).frames)
    assert.deepEqual((await stage.list()).sort(), ['my_session_0', 'my_session_2'])

    await play('my_session_1', 'again')
    await until('who was cut is kept out', async () => (await seen('again')).errors.length > 0)
    await page.close()
    await until('nobody watches', async () => (await stage.list()).length === 0)
  },
)

test(
  'a viewer who is cut loses the picture within half a second and is told why; the others go on',
  options,
  async (t) => {
    await using stage = await publishing('match')
    const page = await chromium.open(site.peers)
    const figures = (name: string): Promise<Figures> => page.evaluate(`figures('${name}')`)
    for (const name of ['one', 'two', 'three']) {
      await stage.watch(page, name)
      await until(`${name} sees pictures`, async () => (await figures(name)).frames > 5)
    }
    assert.deepEqual((await stage.list()).sort(), ['one', 'three', 'two'])

    const cutAt = Date.now()
    await stage.end('two')
    await until('its connection has failed', async () => (await figures('two')).state === 'failed')
    const { failedAt = Number.POSITIVE_INFINITY, told } = await figures('two')
    t.diagnostic(`its connection failed after ${failedAt - cutAt} ms`)
    assert.ok(failedAt - cutAt < 500, `it failed after ${failedAt - cutAt} ms`)
    assert.deepEqual(
      told.map(({ reason, retry }) => ({ reason, retry })),
      [{ reason: 'revoked', retry: false }],
    )
    for (const name of ['one', 'three']) await stage.goesOn(async () => (await figures(name)).frames)
    assert.deepEqual((await stage.list()).sort(), ['one', 'three'])
    await page.close()
  },
)

test('the end of a login through any dialect ends what is watched with it', options, async (t) => {
  await using stage = await publishing('film')
  const page = await chromium.open(site.peers)
  const issue = (user: object, more: object = {}) =>
    server.sessions.issue({ user: { id: 'ada', ...user }, ...more })
  const [olga, mongo, ada, bea, cid] = await Promise.all([
    issue({ id: 'olga', role: 'operator' }),
    issue({ id: UID }),
    issue({ id: 'ada' }),
    issue({ id: 'bea' }),
    issue({ id: 'cid' }),
  ])
  const ends: readonly (readonly [dialect: string, token: string, end: () => Promise<Response>])[] = [
    ['weplanx', mongo.token, () => signOutByWeplanx(olga.token)],
    [
      'crossid',
      ada.token,
      () => ask('DELETE', '/api/v1/auth/sessions/revoke', { authorization: `Bearer ${ada.token}` }),
    ],
    [
      'cumulonimbus',
      bea.token,
      () => ask('DELETE', `/api/user/session/${bea.session.stamp}`, { authorization: bea.token }),
    ],
    [
      'datepoll',
      cid.token,
      () => ask('DELETE', `/api/v1/user/myself/session/${cid.session.serial}?token=${cid.token}`),
    ],
  ]
  for (const [dialect, token] of ends) {
    await stage.watch(page, dialect, { authorization: `Bearer ${token}` })
    await until(`${dialect} sees pictures`, async () => (await figuresOf(page, dialect)).frames > 2)
  }
  for (const [dialect, , end] of ends) {
    const cutAt = Date.now()
    const { status } = await end()
    assert.ok(status < 300, `${dialect} answered ${status}`)
    await until(`${dialect} has cut it`, async () => (await figuresOf(page, dialect)).state === 'failed')
    const { failedAt = Number.POSITIVE_INFINITY } = await figuresOf(page, dialect)
    t.diagnostic(`${dialect}: failed after ${failedAt - cutAt} ms`)
    assert.ok(failedAt - cutAt < 500, `${dialect} cut it after ${failedAt - cutAt} ms`)
  }
  assert.deepEqual(await stage.list(), [])
  await page.close()
})

test('a viewer whose user is banned is cut and does not come back', options, async () => {
  await using stage = await publishing('club')
  const page = await chromium.open(site.peers)
  const { token } = await server.sessions.issue({ user: { id: 'dan' } })
  const headers = { authorization: `Bearer ${token}` }
  await stage.watch(page, 'dan', headers)
  await until('dan sees pictures', async () => (await figuresOf(page, 'dan')).frames > 2)
  await call(server.url, 'PATCH', '/v1/users/dan', KEY, { banned: true })
  await until('dan is cut', async () => (await figuresOf(page, 'dan')).state === 'failed')
  await assert.rejects(stage.watch(page, 'back', headers), /session-ended/)
  assert.deepEqual(await stage.list(), [])
  await page.close()
})

test(
  'a viewer who leaves is off the list: at once where the page says so, within twelve seconds where a tab is closed',
  options,
  async (t) => {
    await using stage = await publishing('fair')
    const [polite, silent] = [await chromium.open(site.peers), await chromium.open(site.peers)]
    await polite.evaluate('leaveOnHide()')
    await stage.watch(polite, 'polite')
    await stage.watch(silent, 'silent')
    for (const [page, name] of [
      [polite, 'polite'],
      [silent, 'silent'],
    ] as const)
      await until(`${name} sees pictures`, async () => (await figuresOf(page, name)).frames > 2)
    await polite.goto('about:blank')
    await until('polite is off the list', async () => !(await stage.list()).includes('polite'), 5_000)
    const closedAt = Date.now()
    await silent.close()
    await until('silent is off the list', async () => (await stage.list()).length === 0, 12_000)
    t.diagnostic(`a closed tab was off the list after ${Date.now() - closedAt} ms`)
    await polite.close()
  },
)

test(
  'the page of the demo publishes, plays under names, lists them, cuts one and says why',
  options,
  async () => {
    const page = await chromium.open(`${server.url}/demo/live`)
    const faults: string[] = []
    const asked: string[] = []
    page.on('pageerror', ({ message }) => faults.push(message))
    page.on('console', (line) => line.type() === 'error' && faults.push(line.text()))
    page.on('request', (request) => asked.push(request.url()))
    const button = (name: string): Promise<void> => page.getByRole('button', { name }).click()
    const player = (name: string) => page.locator('#players li', { hasText: name })

    await page.getByLabel('ROLLCALL_KEY').fill(KEY)
    await button('Use it')
    await button('Publish a test pattern')
    await page.getByText('Publishing /app/stream.').waitFor()
    for (const name of ['my_session_0', 'my_session_1']) {
      await button('Play')
      await player(name).getByText('Playing').waitFor()
      await page.getByRole('row', { name }).waitFor()
    }
    await button('Cut my_session_0')
    await player('my_session_0').getByText('Cut: revoked').waitFor()
    await page.getByRole('row', { name: 'my_session_0' }).waitFor({ state: 'detached' })
    await page.getByRole('row', { name: 'my_session_1' }).waitFor()
    assert.equal(await player('my_session_1').getByText('Playing').count(), 1)
    await button('Stop')
    await page.getByText('Nobody publishes from this page.').waitFor()
    assert.deepEqual(faults, [])
    for (const url of asked) assert.ok(url.startsWith(server.url) && !url.includes(KEY), url)
    await page.close()
  },
)

interface Seen {
  readonly frames: number
  readonly errors: readonly { readonly code: number; readonly error: string; readonly at: number }[]
}

interface Figures {
  readonly state: string
  readonly frames: number
  readonly failedAt?: number
  readonly told: readonly { readonly reason: string; readonly retry: boolean }[]
}

/** A stream that a page publishes. */
interface Stage extends AsyncDisposable {
  /** The names on OvenMediaEngine's list of it. */
  list(): Promise<string[]>

  /** Ends one of them, as a client of OvenMediaEngine does. */
  end(name: string): Promise<unknown>
  watch(page: Page, name: string, headers?: Readonly<Record<string, string>>): Promise<void>

  /** Waits until more pictures come. */
  goesOn(frames: () => Promise<number>): Promise<void>
}

async function publishing(stream: string): Promise<Stage> {
  const camera = await chromium.open(site.peers)
  const headers = JSON.stringify({ authorization: `Bearer ${KEY}` })
  await camera.evaluate(`publish('${server.url}/app/${stream}/whip', ${headers})`)
  const sessions = `/v1/vhosts/default/apps/app/streams/${stream}/sessions`
  return {
    async list() {
      const answer = await ask('GET', sessions, BASIC)
      const { response } = (await answer.json()) as { readonly response: string[] }
      return response
    },
    end: async (name) => (await ask('DELETE', `${sessions}/${name}`, BASIC)).json(),
    watch: (page, name, headers = {}) =>
      page.evaluate(
        `watch('${name}', '${server.url}/app/${stream}/whep?session=${name}', ${JSON.stringify(headers)})`,
      ),
    async goesOn(frames) {
      const before = await frames()
      await until('more pictures come', async () => (await frames()) > before + 5)
    },
    [Symbol.asyncDispose]: () => camera.close(),
  }
}

function figuresOf(page: Page, name: string): Promise<Figures> {
  return page.evaluate(`figures('${name}')`)
}

function ask(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(server.url + path, { method, headers })
}

async function signOutByWeplanx(token: string): Promise<Response> {
  const greeting = await ask('GET', '/')
  const pair = greeting.headers.getSetCookie().map((cookie) => cookie.slice(0, cookie.indexOf(';')))
  const echo = pair.find((cookie) => cookie.startsWith('XSRF-TOKEN='))?.slice('XSRF-TOKEN='.length) ?? ''
  return ask('DELETE', `/sessions/${UID}`, {
    cookie: [`TOKEN=${token}`, ...pair].join('; '),
    'x-xsrf-token': echo,
  })
}
