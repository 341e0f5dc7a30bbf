/**
 * The log: JSON lines that never contain a token, a key, or the password of a store.
 *
 * @module
 */
import { type Logger, pino } from 'pino'
import { withoutStoreSecrets } from './masking.ts'

/** Everything in a log line that looks like a secret of ours, and how it is written instead. */
const SECRETS = /\b(rc[tk]_)[1-9A-HJ-NP-Za-km-z]{8,}/g

/** Makes a logger of that level. */
export function createLogger(level: string): Logger {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: ['req.headers', 'headers', 'token', 'key', 'secret', '*.token', '*.secret', '*.headers'],
    serializers: {
      req: ({ method, url }: { method: string; url: string }) => ({ method, url: url.split('?')[0] }),
    },
    hooks: { streamWrite: (line) => withoutStoreSecrets(line.replaceAll(SECRETS, '$1…')) },
  })
}
