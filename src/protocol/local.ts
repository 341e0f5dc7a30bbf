/**
 * Telling whether a request never left this machine.
 *
 * @module
 */

/**
 * Tells whether a request was made on this very machine, for this machine: it came over loopback, asks for a
 * loopback name, and bears no sign of a proxy. Behind a proxy everybody comes over loopback.
 *
 * @param address Where the connection comes from.
 * @param headers The headers by their names in lower case.
 */
export function isLocal(address: string | undefined, headers: Readonly<Record<string, unknown>>): boolean {
  return (
    LOOPBACK_ADDRESS.test(address ?? '') &&
    LOOPBACK_HOST.test(String(headers.host ?? '')) &&
    !Object.keys(headers).some((name) => name.startsWith('x-forwarded') || PROXY_HEADERS.has(name))
  )
}

const LOOPBACK_ADDRESS = /^(127\.|::1$|::ffff:127\.)/

/** Names that never leave a machine (RFC 6761 6.3), and its own addresses, with or without a port. */
const LOOPBACK_HOST = /^(?:(?:[a-z0-9-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i

const PROXY_HEADERS = new Set(['forwarded', 'via', 'x-real-ip', 'x-client-ip', 'true-client-ip'])
