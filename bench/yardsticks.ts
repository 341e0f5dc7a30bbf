/**
 * What this machine takes for the least that can be asked of it.
 *
 * @module
 */
import { closeSync, fdatasyncSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { ask } from './ask.ts'
import { SECONDS } from './load.ts'
import { type Population, startBare } from './rollcall.ts'

/** Milliseconds of a request to a server that does nothing, over a connection that stands. */
export async function roundTrip(folder: string, population: Population): Promise<number[]> {
  const answer = `${folder}/answer`
  writeFileSync(answer, JSON.stringify({ headers: [], body: 'x'.repeat(600) }))
  const bare = await startBare(answer, population, 'any')
  const times: number[] = []
  for (let number = 0; number < 2_000 * SECONDS; number++) times.push((await ask(bare.url)).milliseconds)
  await bare.stop()
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
