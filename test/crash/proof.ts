/** `npm run proof:crash -- [kills] [seed]`: the crash test at length, with its control, as one table. */
import { join } from 'node:path'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { type CrashReport, runCrashes } from './run-crashes.ts'

const kills = Number(process.argv[2] ?? 300)
const seed = Number(process.argv[3] ?? 1)
const folder = temporaryFolder()
const careless = [process.execPath, join(import.meta.dirname, 'careless-server.ts')]

function row(name: string, report: CrashReport): string {
  const { restart, violations: _violations, ...counts } = report
  const cells = Object.entries({ ...counts, 'restart ms': `${restart.median} (${restart.longest})` })
  return `${name.padEnd(10)} ${cells.map(([what, value]) => `${what} ${value}`).join('  ')}\n`
}

const rollcall = await runCrashes({ folder, kills, seed })
process.stdout.write(row('rollcall', rollcall))
const control = await runCrashes({
  folder,
  kills: Math.min(kills, 20),
  seed: seed + 1_000_000,
  command: careless,
})
process.stdout.write(row('control', control))
process.stdout.write(
  `With 0 failures in n = ${kills} kills, the rate is below ${(3 / kills).toFixed(4)} with 95 % confidence (3/n).\n`,
)
for (const violation of rollcall.violations) process.stdout.write(`${JSON.stringify(violation)}\n`)
process.exitCode = rollcall.violations.length === 0 && control.undone > 0 ? 0 : 1
