import { connect } from 'node:net'

/** Where bytes are spoiled, by what, and how: put in another's place, put in between, left out, or all cut off. */
export type Spoil = readonly [place: number, byte: number, how: number]

/** Bytes, spoiled. */
export function spoiled(bytes: Buffer, spoils: readonly Spoil[]): Buffer {
  return spoils.reduce<Buffer>((before, [place, byte, how]) => {
    const [head, tail] = [before.subarray(0, place), before.subarray(place)]
    const middle = how < 2 ? [byte] : []
    return Buffer.concat([
      head,
      Buffer.from(middle),
      how === 1 ? tail : how === 3 ? Buffer.of() : tail.subarray(1),
    ])
  }, bytes)
}

/** Sends bytes and no more. Answers with all that comes back until either side hangs up. */
export function sendBytes(url: string, bytes: Buffer): Promise<string> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    const socket = connect(Number(port), hostname, () => socket.end(bytes))
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()))
  })
}
