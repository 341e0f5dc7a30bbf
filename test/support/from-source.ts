/**
 * Lets a program import this package by its name, straight from its sources: `node --import` this.
 */
import { registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'

const SRC = pathToFileURL(`${import.meta.dirname}/../../src/`)

/** Doors that are not the file of their name. */
const DOORS: Readonly<Record<string, string>> = {
  rollcall: 'index.ts',
  'rollcall/client': 'client/index.ts',
  'rollcall/server': 'server/start-server.ts',
}

registerHooks({
  resolve(specifier, context, next) {
    if (specifier !== 'rollcall' && !specifier.startsWith('rollcall/')) return next(specifier, context)
    const file = DOORS[specifier] ?? `${specifier.slice('rollcall/'.length)}.ts`
    return next(new URL(file, SRC).href, context)
  },
})
