/**
 * The configuration file.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { RollcallError } from '../core/errors.ts'
import { configPath, type Sources } from './settings.ts'

/** Adds the fields of the file that `--config` names, if one is named. @throws RollcallError `bad-request` */
export function withConfigFile(sources: Sources): Sources {
  const path = configPath(sources)
  return path === undefined || path === '' ? sources : { ...sources, file: readFields(path) }
}

function readFields(path: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'))
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return { ...parsed }
  } catch (fault) {
    throw new RollcallError(
      'bad-request',
      `The configuration file ${path} cannot be read: ${explain(fault)}.`,
    )
  }
  throw new RollcallError(
    'bad-request',
    `The configuration file ${path} must hold one JSON object, such as {"port": 4780}.`,
  )
}

/** Says what is wrong. A parser quotes what it stumbled over, which may be a secret: only the place is told. */
function explain(fault: unknown): string {
  if (!(fault instanceof Error)) return 'unknown'
  if (!(fault instanceof SyntaxError)) return fault.message
  return `it is no JSON${/ \(line \d+ column \d+\)/.exec(fault.message)?.[0] ?? ''}`
}
