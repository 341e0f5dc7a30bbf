import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault } from '../support/fault-proxy.ts'
import { pick } from '../support/seeded-random.ts'
import type { Carelessness } from './careless.ts'
import type { ViolationKind } from './checker.ts'
import type { Fleet } from './nodes.ts'
import type { Place, Protection } from './place.ts'

/** What a fault strikes, and by whose chance. */
export interface Scene {
  readonly place: Place
  readonly fleet: Fleet
  readonly random: () => number
}

/** Something that goes wrong, and is put right again. */
export interface Nemesis {
  readonly name: string

  /** Whether a place has what it strikes. */
  strikes(place: Place): boolean

  /** Whether it needs a store with a standby. */
  readonly standby?: true

  /** How far the nodes' clocks are off while it lasts, in milliseconds. */
  readonly clocks?: readonly number[]

  /** Goes wrong, and is over when this is. What is broken for good is replaced. */
  strike(scene: Scene): Promise<void>

  /** The same without what protects from it, and what is then found at the least. */
  readonly control: Control
}

/** A protection that is taken away. */
export interface Control {
  readonly without: string
  readonly protection?: Protection
  readonly careless?: Carelessness
  readonly finds: readonly ViolationKind[]

  /** How to strike so that it is sure to be found; like the fault itself unless told otherwise. */
  readonly strike?: Nemesis['strike']
}

const BOLD: Control = { without: 'saying that nobody knows', careless: 'bold', finds: ['undone', 'ghost'] }
const EARLY: Control = {
  without: 'writing before answering',
  careless: 'early',
  finds: ['undone', 'lost', 'ghost'],
}
const FORGETFUL: Control = {
  without: 'durable writes',
  protection: 'forgetful',
  finds: ['undone', 'lost', 'missing'],
}
const ASYNCHRONOUS: Control = {
  without: 'waiting for the standby',
  protection: 'asynchronous',
  finds: ['undone', 'lost', 'missing'],
}

/** Every fault there is. */
export const NEMESES: readonly Nemesis[] = [
  {
    name: 'node killed',
    strikes: () => true,
    async strike({ fleet, random }) {
      const node = anyNode(fleet, random)
      await fleet.kill(node)
      await fleet.restart(node)
    },
    control: EARLY,
  },
  {
    name: 'node stopped',
    strikes: ({ nodes }) => nodes > 1,
    strike: (scene) => pause(scene, between(scene.random, 100, 5_000), scene.random() < 0.5),
    control: {
      without: 'the lease',
      careless: 'unleased',
      finds: ['stale'],
      strike: (scene) => pause(scene, 3_500, true),
    },
  },
  {
    name: 'feed cut',
    strikes: ({ feedWay }) => feedWay !== undefined,
    async strike({ place, random }) {
      place.feedWay?.begin({
        is: pick(['black-hole', 'lost-replies', 'refuse'] as const, random) ?? 'refuse',
      })
      if (random() < 0.5) place.feedWay?.cut()
      await sleep(between(random, 1_500, 3_000))
      place.feedWay?.heal()
    },
    control: { without: 'reading the journal unasked', careless: 'deaf', finds: ['stale'] },
  },
  {
    name: 'store killed',
    strikes: ({ server }) => server !== undefined,
    async strike({ place, random }) {
      await place.server?.kill()
      await sleep(between(random, 0, 800))
      await place.server?.restart()
    },
    control: FORGETFUL,
  },
  {
    name: 'store stopped',
    strikes: ({ server }) => server !== undefined,
    strike: ({ place, random }) => pauseStore(place, between(random, 200, 3_000)),
    control: { ...BOLD, strike: ({ place }) => pauseStore(place, 3_500) },
  },
  {
    name: 'failover',
    standby: true,
    strikes: ({ failOver }) => failOver !== undefined,
    async strike({ place }) {
      await place.failOver?.()
    },
    control: { ...ASYNCHRONOUS, strike: failOverLate },
  },
  {
    name: 'failover of a server whose standby was cut off',
    standby: true,
    strikes: ({ failOver, cutReplication }) => failOver !== undefined && cutReplication !== undefined,
    strike: failOverLate,
    control: ASYNCHRONOUS,
  },
  {
    name: 'latency',
    strikes: ({ way }) => way !== undefined,
    async strike({ place, random }) {
      place.way?.begin({
        is: 'latency',
        milliseconds: between(random, 20, 200),
        jitter: between(random, 0, 200),
      })
      await sleep(between(random, 1_500, 3_000))
      place.way?.heal()
    },
    control: EARLY,
  },
  {
    name: 'lost replies',
    strikes: ({ way }) => way !== undefined,
    strike: ({ place, random }) => spoilWay(place, { is: 'lost-replies' }, between(random, 100, 2_000)),
    control: { ...BOLD, strike: ({ place }) => spoilWay(place, { is: 'lost-replies' }, 3_500) },
  },
  {
    name: 'black hole',
    strikes: ({ way }) => way !== undefined,
    strike: ({ place, random }) => spoilWay(place, { is: 'black-hole' }, between(random, 200, 3_000)),
    control: { ...BOLD, strike: ({ place }) => spoilWay(place, { is: 'black-hole' }, 3_500) },
  },
  {
    name: 'connections cut',
    strikes: ({ way }) => way !== undefined,
    async strike({ place, random }) {
      for (let time = 0; time < 5; time++) {
        place.way?.cut(random() < 0.5 ? 0 : between(random, 1, 2_000))
        await sleep(between(random, 50, 400))
      }
    },
    control: BOLD,
  },
  {
    name: 'clocks an hour off',
    strikes: ({ nodes }) => nodes > 1,
    clocks: [3_600_000, -3_600_000, 0],
    strike: () => sleep(500),
    control: { without: "the store's clock", careless: 'own-clock', finds: ['lost', 'missing'] },
  },
  {
    name: 'node stopped while the store is killed',
    strikes: ({ server, nodes }) => server !== undefined && nodes > 1,
    async strike({ place, fleet, random }) {
      const node = anyNode(fleet, random)
      fleet.pause(node)
      await place.server?.kill()
      await place.server?.restart()
      await sleep(between(random, 0, 1_500))
      fleet.resume(node)
    },
    control: FORGETFUL,
  },
  {
    name: 'failover while the feed is cut and a node is killed',
    standby: true,
    strikes: ({ failOver, feedWay }) => failOver !== undefined && feedWay !== undefined,
    async strike({ place, fleet, random }) {
      const node = anyNode(fleet, random)
      await place.cutReplication?.()
      place.feedWay?.begin({ is: 'black-hole' })
      await sleep(between(random, 300, 1_000))
      await fleet.kill(node)
      await place.failOver?.()
      place.feedWay?.heal()
      await sleep(between(random, 300, 1_000))
      await place.mend?.()
      await fleet.restart(node)
    },
    control: ASYNCHRONOUS,
  },
]

/** Stops a node and lets it go on: where `slowly`, with a store that takes its time to say what the node has missed. */
async function pause({ place, fleet, random }: Scene, milliseconds: number, slowly: boolean): Promise<void> {
  const node = anyNode(fleet, random)
  const { way, server } = place
  fleet.pause(node)
  await sleep(milliseconds)
  if (slowly) {
    if (way === undefined) server?.pause()
    else way.begin({ is: 'latency', milliseconds: SLOW })
  }
  fleet.resume(node)
  if (!slowly) return
  await sleep(SLOW * 2)
  if (way === undefined) server?.resume()
  else way.heal()
}

/** How long a slow store takes, in milliseconds. */
const SLOW = 400

async function pauseStore({ server }: Place, milliseconds: number): Promise<void> {
  server?.pause()
  await sleep(milliseconds)
  server?.resume()
}

async function spoilWay({ way }: Place, fault: Fault, milliseconds: number): Promise<void> {
  way?.begin(fault)
  await sleep(milliseconds)
  way?.heal()
}

/** Lets the standby fall behind first, so that what nobody waited for is surely lost. */
async function failOverLate({ place, random }: Scene): Promise<void> {
  await place.cutReplication?.()
  await sleep(between(random, 300, 1_000))
  await place.failOver?.()
}

function anyNode(fleet: Fleet, random: () => number): number {
  return Math.floor(random() * fleet.urls.length)
}

function between(random: () => number, least: number, most: number): number {
  return Math.round(least + random() * (most - least))
}
