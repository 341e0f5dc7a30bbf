/**
 * Runs the command line of this process.
 *
 * @module
 */
import { run } from './run.ts'
import { processTerminal } from './terminal.ts'

/** Runs what was typed, and leaves its exit code to the process. */
export async function start(): Promise<void> {
  process.exitCode = await run(process.argv.slice(2), process.env, processTerminal())
}
