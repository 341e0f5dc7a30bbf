/** Waits until a condition holds, and fails after a deadline, saying what it waited for. */
export async function until(what: string, holds: () => unknown, milliseconds = 10_000): Promise<void> {
  const deadline = performance.now() + milliseconds
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`Waited ${milliseconds} ms in vain until ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
