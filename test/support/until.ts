import { setTimeout as pass } from 'node:timers/promises'

/**
 * Waits until a condition holds, and fails after a deadline, saying what it waited for. Whatever has come by then and was
 * not looked at yet, as this process did not get to run, has its say first.
 */
export async function until(what: string, holds: () => unknown, milliseconds = 10_000): Promise<void> {
  const deadline = performance.now() + milliseconds
  while (performance.now() <= deadline) {
    if (await holds()) return
    await pass(5)
  }
  await pass(50)
  if (!(await holds())) throw new Error(`Waited ${milliseconds} ms in vain until ${what}`)
}
