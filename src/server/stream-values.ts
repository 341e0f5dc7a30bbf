/**
 * Reading the settings of streams from text. Each reader throws an error whose message says what is allowed.
 *
 * @module
 */
import { isAddress } from '../core/network.ts'
import type { IceServer } from '../http/streams/contract.ts'
import type { RulesOf } from '../live/playback-rules.ts'
import { RESERVED_APPLICATIONS } from '../live/stream-path.ts'
import { listed, refusal, wholeNumber } from './setting-values.ts'

/** A range of UDP ports, both ends included. */
export interface PortRange {
  readonly from: number
  readonly to: number
}

/** Reads a range of ports, such as `40000-40099`, or a single one. */
export function readPorts(value: string): PortRange {
  const port = wholeNumber(1, 65_535)
  const [first = '', last = first, ...more] = value.split('-')
  if (more.length > 0) throw refusal('give one range of ports, such as 40000-40099.')
  const range = { from: port(first), to: port(last) }
  if (range.from <= range.to) return range
  throw refusal('give the lower port first, such as 40000-40099.')
}

/** Reads addresses with commas between. */
export function readAddresses(value: string): readonly string[] {
  return listed(value).map((address) => {
    if (isAddress(address)) return address
    throw refusal(`"${address}" is no address. One looks like 203.0.113.7 or 2001:db8::7.`)
  })
}

/** Makes a reader of a rule for all applications, and others for some: `open,vod=session,paid=signed`. */
export function rulesOf<Rule extends string>(
  ...rules: readonly [Rule, ...Rule[]]
): (value: string) => RulesOf<Rule> {
  const [first] = rules

  function readRule(text: string): Rule {
    const rule = rules.find((each) => each === text)
    if (rule !== undefined) return rule
    throw refusal(
      `give one of ${rules.join(', ')}; and for single applications, such as vod=${rules.at(-1)}.`,
    )
  }

  return (value) => {
    const parts = listed(value)
    const plain = parts.filter((part) => !part.includes('='))
    const named = parts.filter((part) => part.includes('=')).map(readPair)
    if (plain.length > 1)
      throw refusal(`give one rule for all applications; it is ${first} where none is given.`)
    const applications = new Map(named.map(([application, rule]) => [application, readRule(rule)]))
    if (applications.size < named.length) throw refusal('give each application once.')
    return { otherwise: plain[0] === undefined ? first : readRule(plain[0]), applications }
  }
}

/** Reads which host is which virtual host: `live.example.com=live`, with commas between. */
export function readVhosts(value: string): ReadonlyMap<string, string> {
  const pairs = listed(value).map((pair) => {
    const [host, vhost] = readPair(pair)
    if (!/^([a-z0-9-]+(\.[a-z0-9-]+)*|\[[0-9a-f:.]+\])$/i.test(host))
      throw refusal(
        `"${host}" is no host. One looks like live.example.com, without a scheme, a port or a path.`,
      )
    if (!/^[^/\s?#\p{Cc}]{1,100}$/u.test(vhost))
      throw refusal(
        `"${vhost}" is no name of a virtual host. Give 1 to 100 characters without spaces, "/", "?" and "#".`,
      )
    return [host.toLowerCase(), vhost] as const
  })
  if (new Set(pairs.map(([host]) => host)).size === pairs.length) return new Map(pairs)
  throw refusal('give each host once.')
}

/** Reads the secret that URLs are signed with. */
export function readSigningKey(value: string): string {
  if (/^[\x21-\x7e]{1,512}$/.test(value)) return value
  throw refusal('this key cannot be used: use 1 to 512 visible ASCII characters and no spaces.')
}

/**
 * Reads servers that help peers to reach each other, with commas between: `stun:HOST:PORT`, or
 * `turn:HOST:PORT;username=U;credential=C`.
 */
export function readIceServers(value: string): readonly IceServer[] {
  return listed(value).map((server) => {
    const [url = '', ...options] = server.split(';')
    const given = new Map(options.map(readPair))
    const [username, credential] = [given.get('username'), given.get('credential')]
    const complete = (username === undefined) === (credential === undefined)
    const known = options.length === [username, credential].filter((each) => each !== undefined).length
    if (!ICE_URL.test(url) || !complete || !known)
      throw refusal(
        'a server looks like stun:stun.example.com:3478, or turn:turn.example.com?transport=udp;username=ada;credential=secret.',
      )
    return { url, ...(username !== undefined && credential !== undefined && { username, credential }) }
  })
}

/** RFC 7064 3.1 and RFC 7065 3.1. */
const ICE_URL = /^(stuns?:[A-Za-z0-9.[\]:-]+|turns?:[A-Za-z0-9.[\]:-]+(\?transport=(udp|tcp))?)$/

/** Splits `name=value`, neither of them empty. An application cannot be called like one of the server's own paths. */
function readPair(pair: string): readonly [string, string] {
  const index = pair.indexOf('=')
  const [name, value] = [pair.slice(0, Math.max(0, index)).trim(), pair.slice(index + 1).trim()]
  if (name === '' || value === '') throw refusal(`"${pair}" is no name=value.`)
  if (!RESERVED_APPLICATIONS.includes(name)) return [name, value]
  throw refusal(`no application can be called "${name}": /${name} is the server's own.`)
}
