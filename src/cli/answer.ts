/**
 * What a command answers: JSON for programs, words for people.
 *
 * @module
 */
import type { Call, ClientFlags } from './command.ts'
import { EXIT } from './exit.ts'
import type { Drawing } from './session-view.ts'

/** A call of a command that asks a server. */
export type ClientCall = Call<ClientFlags>

/** Prints what the API answered, as JSON where that is wanted and in words otherwise; answers success. */
export function answer(
  { values, terminal, env }: ClientCall,
  json: unknown,
  inWords: (drawing: Drawing) => string,
): number {
  terminal.out(values.json ? `${written(json)}\n` : inWords(drawingFor({ terminal, env })))
  return EXIT.ok
}

/** Says what is not part of the answer, and so never gets between a program and its JSON. */
export function remark({ terminal }: ClientCall, sentence: string): void {
  terminal.err(`${sentence}\n`)
}

/** How to draw for whoever reads. */
export function drawingFor({ terminal, env }: Pick<ClientCall, 'terminal' | 'env'>): Drawing {
  return { now: Date.now(), colour: terminal.isTTY && !env.NO_COLOR && env.TERM !== 'dumb' }
}

/** JSON in one line, with the control characters escaped that JSON itself would let through to a terminal. */
export function written(json: unknown): string {
  return JSON.stringify(json).replace(
    /[\u007f-\u009f]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
