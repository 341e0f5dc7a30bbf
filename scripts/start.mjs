/** `npm start`: sets up what is missing, then runs the server in the foreground. Flags go behind `--`. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { installPackages, pinnedNode } from './setup.mjs'

installPackages()
const main = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url))
const server = spawn(pinnedNode, [main, 'serve', ...process.argv.slice(2)], { stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => server.kill(signal))
server.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))
