/**
 * What a holder is seen with now, beside what the session was issued to.
 *
 * @module
 */
import type { Device } from '../core/session.ts'
import { describeDevice } from './device.ts'
import { cleanDevice } from './validate.ts'

/** What may differ. A new version of the same browser does not. */
export type Difference = 'ip' | 'browser' | 'os' | 'type'

/** Names what differs of a device, as far as both are known. */
export function differencesOf(device: Device, seen: Device): readonly Difference[] {
  const now = describeDevice(cleanDevice(seen))
  return DIFFERENCES.filter((part) => {
    const [before, after] = [nameOf(device[part]), nameOf(now[part])]
    return before !== undefined && after !== undefined && before !== after
  })
}

const DIFFERENCES: readonly Difference[] = ['ip', 'browser', 'os', 'type']

/** A name without the version behind it. */
function nameOf(text: string | undefined): string | undefined {
  return text?.replace(/ \d+$/, '')
}
