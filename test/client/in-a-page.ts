/**
 * Runs the client where there is nothing but what a page has: `node --experimental-vm-modules in-a-page.ts <url> <key>`.
 * Prints, as JSON, the modules of the client, what the page saw, and what the adapter for Hono offers there.
 */
import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { createContext, type Module, runInContext, SourceTextModule } from 'node:vm'

const [url = '', key = ''] = process.argv.slice(2)
const SRC = new URL('../../src/', import.meta.url)

/** Of what every browser has, as much as the client uses. A name that is not here does not exist in the page. */
const page = createContext({
  AbortController,
  AbortSignal,
  clearTimeout,
  fetch,
  performance,
  setTimeout,
  TextDecoder,
  URLSearchParams,
})

const modules = new Map<string, SourceTextModule>()

function load(address: URL): SourceTextModule {
  const known = modules.get(address.href)
  if (known !== undefined) return known
  const source = stripTypeScriptTypes(readFileSync(address, 'utf8'))
  const module = new SourceTextModule(source, { context: page, identifier: address.href })
  modules.set(address.href, module)
  return module
}

async function start(path: string): Promise<Module['namespace']> {
  const entry = load(new URL(path, SRC))
  await entry.link((specifier: string, importer: Module) => {
    if (specifier.startsWith('.')) return load(new URL(specifier, importer.identifier))
    throw new Error(`${importer.identifier} imports ${specifier}, which no page has`)
  })
  await entry.evaluate()
  return entry.namespace
}

const client = await start('client/index.ts')

const PAGE = `async ({ createClient, isProblem }, url, key) => {
  const client = createClient({ url, key })
  const { session, token } = await client.issue({ user: { id: 'ada' } })
  const me = client.as(token)
  await me.refresh()
  const listed = []
  for await (const { id } of client.sessions.list({ user: 'ada' })) listed.push(id)
  let first
  for await (const event of client.events.stream({ type: 'session.created' }, { after: '0' })) {
    first = event.session.id
    break
  }
  await me.sessions.end('current')
  const over = await me.whoami().catch((fault) => isProblem(fault, 'session-ended') && fault.details.reason)
  const node = ['process', 'Buffer', 'require', 'global', 'setImmediate'].filter((name) => name in globalThis)
  return { listed: listed[0] === session.id, first: first === session.id, over, node }
}`
type Page = (client: object, url: string, key: string) => Promise<object>
const seen = await (runInContext(PAGE, page) as Page)(client, url, key)
const loaded = [...modules.keys()].map((address) => address.replace(SRC.href, ''))
const offered = Object.keys(await start('adapters/hono.ts'))
process.stdout.write(JSON.stringify({ seen, loaded, offered }))
