/**
 * A population that is as various as the filters that look for it.
 *
 * @module
 */
import { describeDevice } from '../src/engine/device.ts'
import { type Drawn, draftOf } from './fill.ts'
import { originOf, userOf } from './people.ts'

/** One session in so many is one that few filters are narrower than. */
export const RARE = 100_000

/** Draws sessions one after the other: logins of five a user, some with a line or a playback under them. */
export function varied(): (number: number) => Drawn {
  let login = ''
  return (number) => {
    const userId = userOf(number)
    const { kind, ...place } = placeOf(number, login)
    const drawn = draftOf(userId, number, {
      kind,
      ...place,
      device: {
        ip: originOf(number).ip,
        ...DEVICES[deviceOf(number)],
        ...(number % 10 === 0 && { label: number % RARE === 0 ? 'Boat' : 'Work laptop' }),
      },
      authentication: { methods: ['pwd'], level: number % 1_000 === 0 ? 3 : 1 },
    })
    if (kind === 'login') login = drawn.draft.id
    return drawn
  }
}

/** Each fifth session of every tenth user is a line, each second of them a playback, under a login of theirs. */
function placeOf(number: number, parentId: string) {
  if (number % 50 === 1)
    return { kind: 'connection', parentId, resource: `default/chat/room-${number % 977}` } as const
  if (number % 50 === 2)
    return {
      kind: 'playback',
      parentId,
      resource: `default/live/stream-${number % 977}`,
      name: `p-${number}`,
    } as const
  return { kind: 'login' } as const
}

/** Of hundred sessions one comes from a television; nearly none from a robot. */
function deviceOf(number: number): number {
  if (number % RARE === 7) return DEVICES.length - 1
  return number % 100 === 3 ? DEVICES.length - 2 : number % (DEVICES.length - 2)
}

const WEBKIT = 'AppleWebKit/537.36 (KHTML, like Gecko)'
const DEVICES = [
  `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/142.0.0.0 Safari/537.36`,
  `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0`,
  'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
  `Mozilla/5.0 (Linux; Android 15; Pixel 9) ${WEBKIT} Chrome/142.0.0.0 Mobile Safari/537.36`,
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15',
  `Mozilla/5.0 (Web0S; Linux/SmartTV) ${WEBKIT} Chrome/94.0.4606.128 Safari/537.36 WebAppManager`,
  'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
].map((userAgent) => describeDevice({ userAgent }))
