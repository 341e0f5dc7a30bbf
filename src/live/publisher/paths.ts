/**
 * Which peer a datagram is for. Nothing of a stranger gets any further than here.
 *
 * @module
 */
import type { Path } from './ports.ts'
import { readCheck, writeCheckAnswer } from './stun.ts'

/** Whoever can be reached by checks that bear their name and are signed with their password. */
export interface Reachable {
  readonly ice: { readonly name: string; readonly password: string }

  /** Says that a check of the other end came on a path. */
  checked(path: Path, nominates: boolean): void

  /** Takes a datagram that came on a path on which a check came before. */
  take(datagram: Buffer, path: Path): void
}

/** Leads datagrams to peers. */
export interface Paths {
  add(peer: Reachable): void
  remove(peer: Reachable): void
  receive(datagram: Buffer, path: Path): void
}

/** As many paths as one peer may have. The oldest gives way. */
const MOST_PATHS = 16

/** Makes it, without anybody. */
export function paths(): Paths {
  const byName = new Map<string, Reachable>()
  const byPath = new Map<string, Reachable>()
  const keys = new Map<Reachable, string[]>()

  function check(datagram: Buffer, path: Path): void {
    const found = readCheck(datagram)
    const peer = found && byName.get(found.to)
    if (!peer || !found.isSignedWith(peer.ice.password)) return
    path.send(writeCheckAnswer(found, peer.ice.password, path.address, path.port))
    if (byPath.get(path.key) !== peer) remember(peer, path.key)
    peer.checked(path, found.nominates)
  }

  function remember(peer: Reachable, key: string): void {
    const own = keys.get(peer) ?? []
    byPath.set(key, peer)
    own.push(key)
    const oldest = own.length > MOST_PATHS ? own.shift() : undefined
    if (oldest !== undefined && byPath.get(oldest) === peer) byPath.delete(oldest)
    keys.set(peer, own)
  }

  return {
    add(peer) {
      byName.set(peer.ice.name, peer)
    },

    remove(peer) {
      byName.delete(peer.ice.name)
      for (const key of keys.get(peer) ?? []) if (byPath.get(key) === peer) byPath.delete(key)
      keys.delete(peer)
    },

    receive(datagram, path) {
      const [first = 255] = datagram
      if (first < 4) check(datagram, path)
      else byPath.get(path.key)?.take(datagram, path)
    },
  }
}
