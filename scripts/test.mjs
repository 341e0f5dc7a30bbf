/** `npm test`: sets up what is missing, then runs every check and every test. Arguments choose test files. */
import { installPackages, installTools, pinnedNode, run } from './setup.mjs'

installPackages()
const missing = installTools()
if (missing.length > 0 && process.env.CI) {
  process.stderr.write(`CI needs ${missing.join(', ')}, and they could not be installed.\n`)
  process.exit(1)
}
const chosen = process.argv.slice(2)
if (chosen.length === 0) run('npm', ['run', '--silent', 'check'])
const files = chosen.length > 0 ? chosen : ['test/**/*.test.ts']
run(pinnedNode, ['--test', '--test-concurrency=2', '--test-timeout=600000', '--test-reporter=spec', ...files])
