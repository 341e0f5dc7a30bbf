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
  live: ['core', 'engine', 'protocol'],
  http: ['core', 'engine', 'protocol', 'live', 'tracing'],
  dialects: ['core', 'engine', 'protocol', 'http'],
  client: ['core', 'protocol'],
  adapters: ['core', 'engine', 'protocol', 'client', 'live'],
  testing: ['core'],
  server: ['core', 'engine', 'stores', 'protocol', 'live', 'http', 'dialects', 'tracing', 'env.ts'],
  cli: ['core', 'protocol', 'client', 'server'],
  'env.ts': ['core'],
  'index.ts': ['core', 'engine', 'stores', 'env.ts'],
  'live.ts': ['core', 'engine', 'live', 'env.ts'],
  'sqlite.ts': ['core', 'stores'],
  'postgres.ts': ['core', 'stores'],
  'redis.ts': ['core', 'stores'],
  'opentelemetry.ts': ['tracing'],
}

/** Whose types a layer may name beside that, so that nothing of theirs runs in it. */
const MAY_NAME_TYPES_OF: Readonly<Record<string, readonly string[]>> = { testing: ['engine', 'http'] }

/** Layers that run wherever JavaScript does. */
const NODE_FREE = ['core', 'engine', 'protocol', 'dialects', 'client', 'adapters']

for (const file of globSync('**/*.ts', { cwd: SRC })) {
  test(`${file} keeps to its place`, () => {
    const layer = layerOf(file)
    for (const { specifier, typesOnly } of importsOf(join(SRC, file))) {
      if (!specifier.startsWith('.')) {
        assert.ok(
          !NODE_FREE.includes(layer) || !specifier.startsWith('node:'),
          `${layer} uses web standards only, not ${specifier}`,
        )
        continue
      }
      const target = layerOf(relative(SRC, join(SRC, dirname(file), specifier)))
      const known = [layer, ...(MAY_IMPORT[layer] ?? []), ...((typesOnly && MAY_NAME_TYPES_OF[layer]) || [])]
      assert.ok(known.includes(target), `${layer} may not import ${target}`)
    }
  })
}

function layerOf(path: string): string {
  return path.split(sep)[0] ?? ''
}

interface Import {
  readonly specifier: string
  readonly typesOnly: boolean
}

function importsOf(path: string): readonly Import[] {
  const source = readFileSync(path, 'utf8')
  const found = source.matchAll(/(?:^(?:im|ex)port (type )?[^']*?from|import|import\()\s*'([^']+)'/gm)
  return [...found].map(([, type, specifier = '']) => ({ specifier, typesOnly: type !== undefined }))
}
