import { test } from 'node:test'
import type { AdapterOptions, Sessions } from '../../src/adapters/shared/options.ts'
import { createClient } from '../../src/client/index.ts'
import { type AppBench, appBench } from '../support/app.ts'
import { KEY } from '../support/server-process.ts'
import { HOSTS } from './hosts.ts'

/** An application in some framework, over sessions that are asked in some way. */
export interface Combination extends AppBench {
  /** Where the application listens; the server is elsewhere. */
  readonly site: string
}

/** Every way to ask for sessions. */
const SOURCES: Readonly<Record<string, (bench: AppBench) => Sessions>> = {
  'an engine of its own': ({ sessions }) => sessions,
  'a server and a key': ({ url }) => createClient({ url, key: KEY }),
  'a server and the token alone': ({ url }) => createClient({ url }),
}

/** Tests a promise with each framework over each source. */
export function testEach(
  promise: string,
  check: (combination: Combination) => Promise<void>,
  options?: AdapterOptions,
): void {
  test(promise, async (context) => {
    await using bench = await appBench()
    for (const [framework, start] of Object.entries(HOSTS))
      for (const [name, sourceOf] of Object.entries(SOURCES))
        await context.test(`${framework} over ${name}`, async () => {
          const host = await start(sourceOf(bench), options)
          try {
            await check({ ...bench, site: host.url })
          } finally {
            await host.close()
          }
        })
  })
}
