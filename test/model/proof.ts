/** `npm run proof:model -- [runs] [memory|sqlite] [seed] [path] [replayPath]`: the model test at length. */
import { runModel } from './run.ts'
import { newTally } from './tally.ts'
import { memoryGround, sqliteGround } from './world.ts'

const [runs = '20000', store = 'memory', seed = String(Date.now() % 2 ** 31), path, replayPath] =
  process.argv.slice(2)
const ground = store === 'sqlite' ? sqliteGround() : memoryGround()
const tally = newTally()
const began = performance.now()
const outcome = await runModel({
  ground,
  runs: Number(runs),
  tally,
  seed: Number(seed),
  ...(path !== undefined && { path }),
  ...(replayPath !== undefined && { replayPath }),
})
process.stdout.write(
  `${outcome.runs} runs on ${store}, seed ${seed}, ${Math.round((performance.now() - began) / 1000)} s\n`,
)
process.stdout.write(`${tally}\n${outcome.report}`)
process.exitCode = outcome.failed ? 1 : 0
