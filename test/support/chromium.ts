/**
 * A real browser: Debian's Chromium, with a profile of its own that is gone with it, and a camera that shows a test picture.
 *
 * @module
 */
import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'

const PATH = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)

/** Why tests that need a browser are skipped here; in CI a missing one is a failure instead. */
export const WITHOUT_CHROMIUM: string | false =
  PATH !== undefined || process.env.CI === 'true' ? false : 'Chromium is not installed'

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
]

/** A browser that runs. */
export interface Chromium extends AsyncDisposable {
  /** Opens a page there: one of somebody new, with no cookies but its own. */
  open(url: string): Promise<Page>
}

/** Starts one. */
export async function startChromium(): Promise<Chromium> {
  if (PATH === undefined)
    throw new Error('Chromium is not installed. In Debian it is the package "chromium".')
  const browser: Browser = await chromium.launch({ executablePath: PATH, args: FLAGS })
  return {
    async open(url) {
      const page = await browser.newPage()
      await page.goto(url)
      return page
    },
    [Symbol.asyncDispose]: () => browser.close(),
  }
}
