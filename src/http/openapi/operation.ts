/**
 * What is said of an operation besides what its route knows.
 *
 * @module
 */
import type { FailureCode } from '../../core/errors.ts'
import type { WireAnswers } from '../../protocol/answers.ts'

/** An operation: a method and a path with its parameters in braces, such as `GET /v1/sessions/{id}`. */
export type OperationName = `${'GET' | 'POST' | 'PATCH' | 'DELETE' | 'PUT'} /${string}`

/** What is said of an operation. Prose is CommonMark: paragraphs and code spans. */
export interface Operation {
  /** Names it for programs. Never changes. */
  readonly id: string
  readonly group: Group

  /** A few words, as a heading. */
  readonly summary: string
  readonly description: string

  /** What it answers when it does what it was asked, by status. */
  readonly answers: Readonly<Record<number, Answer | readonly Answer[]>>

  /** How it may fail, beyond what may befall every route of its access. */
  readonly failures?: readonly FailureCode[]

  /** Headers that a request may send beside its credential, with what they say. */
  readonly sends?: Readonly<Record<string, string>>

  /** Headers that an answer may carry when it did what it was asked, with what they say. */
  readonly mayCarry?: Readonly<Record<string, string>>

  /** The query and the body of a request. */
  readonly example?: { readonly query?: string; readonly body?: object }
}

/** An answer: a shared schema in JSON, or something else of a media type. */
export type Answer = keyof WireAnswers | OtherAnswer

/** An answer that no shared schema describes. */
export interface OtherAnswer {
  /** Its media type; absent where it has no body. */
  readonly type?: string
  readonly description: string
  readonly example?: string
}

/** What operations are about. */
export type Group =
  | 'Holder'
  | 'Lines'
  | 'Sessions'
  | 'Users'
  | 'Denials'
  | 'Events'
  | 'Keys'
  | 'Nodes'
  | 'Server'

/** Groups in the order in which they are read, each with a sentence. */
export const GROUPS: Readonly<Record<Group, string>> = {
  Holder: 'For whoever holds a session: who am I, where else am I signed in, sign out there.',
  Lines: 'Connections that are open for as long as a session is live, and end with it.',
  Sessions: 'For backends and operators: issue, verify, find, change and end sessions.',
  Users: 'For backends and operators: names, roles and bans.',
  Denials: 'Who or what is being kept out for a time.',
  Events: 'Everything that happened, in order: read it in pages, or follow it.',
  Keys: 'The access keys that backends and operators call with.',
  Nodes: 'The processes that share the store.',
  Server: 'For machines and passers-by: health, numbers, and this description.',
}
