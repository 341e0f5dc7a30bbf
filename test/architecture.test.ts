import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { test } from 'node:test'

const SRC = join(import.meta.dirname, '../src')

/** Who may know whom. Nothing else may be imported across folders. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  stores: ['core'],
  engine: ['core'],
  protocol: ['core'],
  tracing: ['core', 'engine'],
  http: ['core', 'engine', 'protocol', 'tracing'],
  dialects: ['core', 'engine', 'protocol', 'http'],
  client: ['core', 'protocol'],
  adapters: ['core', 'engine', 'protocol', 'client'],
  testing: ['core'],
  server: ['core', 'engine', 'stores', 'protocol', 'http', 'dialects', 'tracing', 'env.ts'],
  cli: ['core', 'protocol', 'client', 'server'],
  'env.ts': ['core'],
  'index.ts': ['core', 'engine', 'stores', 'env.ts'],
  'sqlite.ts': ['core', 'stores'],
  'opentelemetry.ts': ['tracing'],
}

/** Layers that run wherever JavaScript does. */
const NODE_FREE = ['core', 'engine', 'protocol', 'dialects', 'client', 'adapters']

for (const file of globSync('**/*.ts', { cwd: SRC })) {
  test(`${file} keeps to its place`, () => {
    const layer = layerOf(file)
    for (const specifier of importsOf(join(SRC, file))) {
      if (!specifier.startsWith('.')) {
        assert.ok(
          !NODE_FREE.includes(layer) || !specifier.startsWith('node:'),
          `${layer} uses web standards only, not ${specifier}`,
        )
        continue
      }
      const target = layerOf(relative(SRC, join(SRC, dirname(file), specifier)))
      assert.ok([layer, ...(MAY_IMPORT[layer] ?? [])].includes(target), `${layer} may not import ${target}`)
    }
  })
}

function layerOf(path: string): string {
  return path.split(sep)[0] ?? ''
}

function importsOf(path: string): readonly string[] {
  const source = readFileSync(path, 'utf8')
  return [...source.matchAll(/(?:from|import|import\()\s*'([^']+)'/g)].map(([, specifier]) => specifier ?? '')
}
