/**
 * What people of the demo hold in their hands: browsers on systems, as they name themselves.
 *
 * @module
 */
import type { Chance, Several, Weighed } from './chance.ts'

/** Where something is used: that decides its address. */
type Place = 'home' | 'away'

/** A sort of device. */
interface Model extends Weighed {
  /** What its owner may call it; `%` stands for their name. */
  readonly labels?: Several<string>
  readonly place: Place
  readonly userAgent: (chance: Chance) => string
}

/** One device. */
export interface Gadget {
  readonly userAgent: string
  readonly label?: string
  readonly place: Place
}

/** Everything that people sign in with. */
const MODELS: Several<Model> = [
  model(20, 'home', ['Work laptop', "%'s PC"], ({ below }) => chrome('Windows NT 10.0; Win64; x64', below)),
  model(8, 'home', ['Office PC'], ({ below }) => {
    const major = 137 + below(6)
    return `${webkit('Windows NT 10.0; Win64; x64')} Chrome/${major}.0.0.0 Safari/537.36 Edg/${major}.0.0.0`
  }),
  model(9, 'home', ["%'s MacBook", 'MacBook Pro'], ({ below }) =>
    chrome('Macintosh; Intel Mac OS X 10_15_7', below),
  ),
  model(9, 'home', ["%'s MacBook", 'iMac'], ({ pick }) =>
    safari('Macintosh; Intel Mac OS X 10_15_7', pick(['17.6', '18.3', '18.5', '26.0']), 'Safari/605.1.15'),
  ),
  model(5, 'home', ['Workstation', 'ThinkPad'], ({ below }) => firefox('X11; Linux x86_64', below)),
  model(5, 'home', ["%'s PC"], ({ below }) => firefox('Windows NT 10.0; Win64; x64', below)),
  model(2, 'home', ['ThinkPad'], ({ below }) => chrome('X11; Linux x86_64', below)),
  model(18, 'away', ["%'s iPhone", 'iPhone'], ({ pick }) => {
    const version = pick(['17.6', '18.4', '18.5', '26.0'])
    const system = `iPhone; CPU iPhone OS ${version.replace('.', '_')} like Mac OS X`
    return safari(system, version, 'Mobile/15E148 Safari/604.1')
  }),
  model(3, 'away', ["%'s iPhone"], ({ below }) => {
    const system = webkit('iPhone; CPU iPhone OS 18_5 like Mac OS X', '605.1.15')
    return `${system} CriOS/${137 + below(6)}.0.0.0 Mobile/15E148 Safari/604.1`
  }),
  model(15, 'away', ["%'s Pixel", 'Phone'], ({ below }) => chrome('Linux; Android 10; K', below, ' Mobile')),
  model(5, 'away', ["%'s Galaxy"], ({ below, pick }) => {
    const system = `Linux; Android 14; ${pick(['SM-S921B', 'SM-A556B', 'SM-G991B'])}`
    return `${webkit(system)} SamsungBrowser/${25 + below(4)}.0 Chrome/125.0.0.0 Mobile Safari/537.36`
  }),
  model(5, 'home', ['Kitchen iPad', "%'s iPad"], ({ pick }) => {
    const version = pick(['16.7', '17.6', '18.5'])
    const system = `iPad; CPU OS ${version.replace('.', '_')} like Mac OS X`
    return safari(system, version, 'Mobile/15E148 Safari/604.1')
  }),
  model(2, 'home', ['Tablet'], ({ below }) => chrome('Linux; Android 13; SM-X200', below)),
  model(3, 'home', ['Living room TV'], ({ pick }) => {
    const version = pick(['6.0', '7.0', '8.0'])
    return `${webkit(`SMART-TV; LINUX; Tizen ${version}`)} Version/${version} TV Safari/537.36`
  }),
  model(2, 'home', ['Bedroom TV'], () => {
    return `${webkit('Web0S; Linux/SmartTV')} Chrome/108.0.5359.211 Safari/537.36 WebAppManager`
  }),
]

/** What looks at streams without being anybody. */
const PASSERS_BY: Several<Model> = [
  ...MODELS,
  {
    weight: 4,
    place: 'away',
    userAgent: () => 'Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)',
  },
  {
    weight: 4,
    place: 'away',
    userAgent: () => 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  },
]

/** Makes a device of somebody with that name. About half of them were given a name of their own. */
export function gadgetOf(chance: Chance, owner: string): Gadget {
  const { labels, place, userAgent } = chance.weigh(MODELS)
  const label = labels && chance.happens(0.55) ? chance.pick(labels) : undefined
  return {
    userAgent: userAgent(chance),
    place,
    ...(label !== undefined && { label: label.replace('%', owner) }),
  }
}

/** Makes a device of nobody in particular. */
export function strangersGadget(chance: Chance): Gadget {
  const { place, userAgent } = chance.weigh(PASSERS_BY)
  return { userAgent: userAgent(chance), place }
}

function model(weight: number, place: Place, labels: Several<string>, userAgent: Model['userAgent']): Model {
  return { weight, place, labels, userAgent }
}

function webkit(system: string, version = '537.36'): string {
  return `Mozilla/5.0 (${system}) AppleWebKit/${version} (KHTML, like Gecko)`
}

function chrome(system: string, below: Chance['below'], mobile = ''): string {
  return `${webkit(system)} Chrome/${137 + below(6)}.0.0.0${mobile} Safari/537.36`
}

function safari(system: string, version: string, rest: string): string {
  return `${webkit(system, '605.1.15')} Version/${version} ${rest}`
}

function firefox(system: string, below: Chance['below']): string {
  const major = 138 + below(7)
  return `Mozilla/5.0 (${system}; rv:${major}.0) Gecko/20100101 Firefox/${major}.0`
}
