/**
 * What this machine takes for the least that can be asked of it.
 *
 * @module
 */
import { closeSync, fdatasyncSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { ask } from './ask.ts'
import { SECONDS } from './load.ts'
import { type Population, type Server, startBare } from './rollcall.ts'

/** Starts a server that does nothing but answer about as many bytes as whoami does. */
export async function startNothing(folder: string, population: Population): Promise<Server> {
  const answer = `${folder}/nothing`
  writeFileSync(answer, JSON.stringify({ headers: [], body: 'x'.repeat(600) }))
  return startBare(answer, population, 'any')
}

/** Milliseconds of requests to a server, one after the other, over a connection that stands. */
export async function roundTrips({ url }: Server): Promise<number[]> {
  const times: number[] = []
  for (let number = 0; number < 2_000 * SECONDS; number++) times.push((await ask(url)).milliseconds)
  return times.slice(times.length / 2)
}

/** Milliseconds of a written page that is on the disk. */
export function fsyncs(folder: string): number[] {
  const file = openSync(`${folder}/synced`, 'w')
  const page = Buffer.alloc(4_096)
  const times: number[] = []
  for (let number = 0; number < 200; number++) {
    const from = performance.now()
    writeSync(file, page)
    fdatasyncSync(file)
    times.push(performance.now() - from)
  }
  closeSync(file)
  return times
}
