/**
 * A thread of a SQLite store: the one that writes, or the one that reads at length.
 *
 * @module
 */
import { parentPort, workerData } from 'node:worker_threads'
import { openReader, openWriter } from './connection.ts'
import { type Batch, type BatchAnswer, packFault, type ThreadRole } from './messages.ts'
import { readBatch } from './read-batch.ts'
import { writeBatch } from './write-batch.ts'

const { role, path } = workerData as ThreadRole
const connection = role === 'writer' ? openWriter(path) : openReader(path)
const work = role === 'writer' ? writeBatch : readBatch
let before: Promise<void> = Promise.resolve()

parentPort?.on('message', (batch: Batch | 'close') => {
  before = before.then(() => (batch === 'close' ? close() : answer(batch)))
})
parentPort?.postMessage('ready')

async function answer({ number, tasks }: Batch): Promise<void> {
  const outcomes = await work(connection, tasks).catch((fault: unknown) =>
    tasks.map(() => ({ ok: false, fault: packFault(fault) }) as const),
  )
  parentPort?.postMessage({ number, outcomes } satisfies BatchAnswer)
}

function close(): void {
  if (role === 'writer') connection.database.exec('pragma wal_checkpoint(truncate)')
  connection.close()
  parentPort?.close()
}
