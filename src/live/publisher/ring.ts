/**
 * The last packets of a track, for those who missed some.
 *
 * @module
 */

/** Keeps what was sent last. */
export interface Ring<Packet> {
  add(sequence: number, packet: Packet): void

  /** The packet of that number, where it is still there. */
  get(sequence: number): Packet | undefined
}

/** Makes a ring of so many packets: a power of two, at most 32,768. */
export function ring<Packet>(size: number): Ring<Packet> {
  const kept: ({ readonly sequence: number; readonly packet: Packet } | undefined)[] = Array.from(
    { length: size },
    () => undefined,
  )
  return {
    add(sequence, packet) {
      kept[sequence % size] = { sequence, packet }
    },
    get(sequence) {
      const found = kept[sequence % size]
      return found?.sequence === sequence ? found.packet : undefined
    },
  }
}
