/**
 * Every setting with where it came from, for people.
 *
 * @module
 */
import { isRollcallError } from '../core/errors.ts'
import { withConfigFile } from './config-file.ts'
import { masked } from './masking.ts'
import type { Settings } from './setting-table.ts'
import { readSettings, type Sources, type Traced, traceSettings } from './settings.ts'

/** A setting as a person may see it. */
export interface ShownSetting {
  readonly name: string

  /** Without secrets; absent where nothing is set. */
  readonly value?: string
  readonly origin: Traced['origin']
  readonly mistake?: string
}

/** All of them. */
export interface ExplainedSettings {
  readonly settings: readonly ShownSetting[]

  /** Everything that is wrong, in sentences. */
  readonly mistakes: readonly string[]

  /** Those that can be read, whatever is wrong with the others. */
  readonly read: Partial<Settings>
}

/** Explains settings. Mistakes are told and not thrown, also those of the file. */
export function explainSettings(sources: Sources): ExplainedSettings {
  const { filled, mistakes } = readFile(sources)
  const traced = traceSettings(filled)
  return {
    mistakes: [...mistakes, ...mistakesOf(filled)],
    settings: traced.map(({ setting: { flag }, given, origin, mistake }) => ({
      name: flag,
      ...(given !== undefined && given !== '' && { value: masked(flag, given) }),
      origin,
      ...(mistake !== undefined && { mistake }),
    })),
    read: Object.fromEntries(traced.map(({ setting, value }) => [setting.field, value])),
  }
}

function readFile(sources: Sources): { readonly filled: Sources; readonly mistakes: readonly string[] } {
  try {
    return { filled: withConfigFile(sources), mistakes: [] }
  } catch (fault) {
    return { filled: sources, mistakes: linesOf(fault) }
  }
}

function mistakesOf(sources: Sources): readonly string[] {
  try {
    readSettings(sources)
    return []
  } catch (fault) {
    return linesOf(fault)
  }
}

function linesOf(fault: unknown): readonly string[] {
  if (!isRollcallError(fault)) throw fault
  return fault.message.split('\n')
}
