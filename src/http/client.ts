/**
 * Who is at the other end of a request.
 *
 * @module
 */
import type { FastifyRequest } from 'fastify'
import { blockOf } from '../core/network.ts'
import { isLocal as neverLeft } from '../protocol/local.ts'

/**
 * The block of addresses that a client is in, in one spelling: whatever is counted per client is counted per block.
 *
 * Addresses that were forwarded count only as far as trusted proxies forwarded them, from the right.
 */
export function clientOf(request: FastifyRequest): string {
  return blockOf(bare(request.ip)) ?? blockOf(bare(request.socket.remoteAddress ?? '')) ?? 'unknown'
}

/** The address of a client, as far as trusted proxies forwarded it; undefined where what they wrote is none. */
export function addressOf({ ip }: FastifyRequest): string | undefined {
  const address = bare(ip)
  return blockOf(address) === undefined ? undefined : address
}

/** Tells whether a request never left this machine: what only people at it may do hangs on this. */
export function isLocal({ socket, headers }: FastifyRequest): boolean {
  return neverLeft(socket.remoteAddress, headers)
}

/** An address without the brackets, port or zone that some proxies write with it. */
function bare(address: string): string {
  const [, six, four] = /^(?:\[([^\]]+)\](?::\d+)?|(\d+(?:\.\d+){3}):\d+)$/.exec(address.trim()) ?? []
  return (six ?? four ?? address.trim()).split('%')[0] ?? ''
}
