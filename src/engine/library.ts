/**
 * Whoever calls the engine without saying on whose behalf.
 *
 * @module
 */
import type { Actor } from '../core/session.ts'

/** Who did it, where nobody is named. */
export const LIBRARY: Actor = { kind: 'system', id: 'library' }
