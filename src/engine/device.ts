/**
 * What a user agent says about the device behind it.
 *
 * @module
 */
import Bowser from 'bowser'
import type { Device } from '../core/session.ts'

/** Adds browser, system and form factor to a device, as far as its user agent tells. */
export function describeDevice(device: Device): Device {
  if (!device.userAgent) return device
  const { browser, os, platform } = Bowser.parse(device.userAgent)
  const major = browser.version?.split('.')[0]
  return {
    ...device,
    ...(browser.name && { browser: major ? `${browser.name} ${major}` : browser.name }),
    ...(os.name && { os: os.name }),
    ...(platform.type && { type: platform.type }),
  }
}
