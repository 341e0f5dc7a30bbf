#!/usr/bin/env node
/**
 * The `rollcall` program. Everything on this page must parse on any Node, so that an old one hears what to do.
 *
 * @module
 */
const OLDEST_NODE = 24

if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
  process.stderr.write(
    `Rollcall needs Node ${OLDEST_NODE} or newer, and this is ${process.versions.node}.\n` +
      'Install a newer one from https://nodejs.org/en/download. In a clone of the repository, "npm start" brings its own.\n',
  )
  process.exitCode = 1
} else {
  import('./start.ts').then((started) => started.start())
}
