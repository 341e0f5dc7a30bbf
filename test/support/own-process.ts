/**
 * Servers that tests start: they end with the tests, whatever becomes of those.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { atExit } from './at-exit.ts'

/** Starts one that keeps nobody waiting, and says nothing. */
export function startProcess(command: string, args: readonly string[]): ChildProcess {
  const child = spawn(command, args, { stdio: 'ignore' })
  child.unref()
  child.once(
    'exit',
    atExit(() => void child.kill('SIGKILL')),
  )
  return child
}

/** Ends it without a warning, and waits until it is gone. */
export async function killProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.ref()
  child.kill('SIGKILL')
  await gone
}
