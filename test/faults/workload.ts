import { setTimeout as sleep } from 'node:timers/promises'
import { pick } from '../support/seeded-random.ts'
import { until } from '../support/until.ts'
import { type HistoryClient, historyClient, type Known, type Owner } from './client.ts'

/** Clients of many nodes that come when they come, whether the nodes keep up or not. */
export interface Workload {
  readonly client: HistoryClient

  /** Begins to call. */
  start(): void

  /** Stops calling, and waits for what is under way. */
  stop(): Promise<void>

  /** Looks once more at every session and every list, on every node, by the store. */
  lookAtEverything(): Promise<void>
}

/** How to call. */
export interface WorkloadOptions {
  readonly urls: readonly string[]
  readonly random: () => number

  /** Tells this workload's users and sessions from those of all others. */
  readonly name: string

  /** Calls a second, at random times; each end brings a few more that look after it. */
  readonly rate?: number
}

/** Calls that may be under way at once: more than ever are unless a node stands still. */
const MOST_UNDER_WAY = 400

/** How long after an end its nodes are asked about it, in milliseconds. */
const AFTER_THE_END = [0, 30, 150, 400, 800, 1_050, 1_400]

/** Makes a workload. The same random source makes the same choices, as far as the answers come in the same order. */
export function workload({ urls, random, name, rate = 60 }: WorkloadOptions): Workload {
  const client = historyClient({ urls, name })
  const nodes = urls.map((_, index) => index)
  const [mortals, keepers] = ownersOf(name)
  const owners = [...mortals, ...keepers]
  const everyOwner = new Set(owners)
  const underWay = new Set<Promise<unknown>>()
  let running = false
  let calling: Promise<void> = Promise.resolve()

  const anyNode = (): number => pick(nodes, random) ?? 0
  const anyOwner = (): Owner => pick(owners, random) as Owner
  const anySession = (): Known | undefined => pick(client.known.slice(-150), random)
  const anyLive = (): Known | undefined =>
    pick(
      client.known.slice(-150).filter(({ doomed }) => !doomed),
      random,
    )
  const anyMortal = (): Known | undefined =>
    pick(
      client.known
        .slice(-150)
        .filter(({ doomed, realm }) => !doomed && mortals.some((owner) => owner.realm === realm)),
      random,
    )

  function launch(work: () => Promise<unknown>): void {
    if (underWay.size >= MOST_UNDER_WAY) return
    const promise: Promise<unknown> = work().finally(() => underWay.delete(promise))
    underWay.add(promise)
  }

  async function onEachNode(look: (node: number) => Promise<unknown>): Promise<void> {
    await Promise.all(nodes.map(look))
  }

  /** Begins a session, and lets every node have it at hand. */
  async function issue(): Promise<void> {
    const lifetime = random() < 0.1 ? 1_500 : undefined
    const session = await client.issue(anyNode(), anyOwner(), lifetime)
    if (session !== undefined && random() < 0.7)
      await onEachNode((node) => client.verify(node, session, false))
  }

  /** Does something that ends sessions, again where nobody said what came of it, and watches what every node says then. */
  async function ending(victims: readonly Known[], end: (node: number) => Promise<boolean>): Promise<void> {
    for (let attempt = 0; attempt < 3; attempt++) if (await end(anyNode())) break
    const watched = victims.slice(-2)
    const strict = random() < 0.5
    const began = performance.now()
    for (const moment of random() < 0.5 ? AFTER_THE_END : AFTER_THE_END.slice(0, 2)) {
      await sleep(Math.max(0, began + moment - performance.now()))
      for (const session of watched)
        void onEachNode((node) => tracked(client.verify(node, session, moment === 0 && strict)))
    }
  }

  function tracked<Value>(promise: Promise<Value>): Promise<Value> {
    const settled: Promise<unknown> = promise.finally(() => underWay.delete(settled))
    underWay.add(settled)
    return promise
  }

  const liveOf = ({ realm, user }: Owner): readonly Known[] =>
    client.known.filter((each) => each.realm === realm && each.user === user && !each.doomed)

  async function endOthers(): Promise<void> {
    const kept = anyMortal()
    if (kept === undefined) return
    const victims = liveOf(kept).filter((each) => each !== kept)
    await ending(victims, (node) => client.endAll(node, kept.realm, kept.user, kept))
  }

  async function endUser(): Promise<void> {
    const owner = pick(mortals, random) as Owner
    await ending(liveOf(owner), (node) => client.endAll(node, owner.realm, owner.user))
  }

  async function endRealm(): Promise<void> {
    const realm = `side-${name}`
    const victims = client.known.filter((each) => each.realm === realm && !each.doomed)
    await ending(victims, (node) => client.endAll(node, realm))
  }

  /** Bans a user who is used for nothing else, and tries to let them in again. */
  async function ban(): Promise<void> {
    const owner: Owner = { realm: `main-${name}`, user: `banned-${everyOwner.size}` }
    everyOwner.add(owner)
    await client.issue(anyNode(), owner)
    await ending(liveOf(owner), (node) => client.ban(node, owner))
    await onEachNode((node) => client.issue(node, owner))
  }

  const withSession =
    (choose: () => Known | undefined, act: (session: Known) => Promise<unknown>) =>
    async (): Promise<void> => {
      const session = choose()
      if (session !== undefined) await act(session)
    }

  /** What is done how often. */
  const deeds: readonly (readonly [weight: number, deed: () => Promise<unknown>])[] = [
    [32, issue],
    [22, withSession(anySession, (session) => client.verify(anyNode(), session, false))],
    [10, withSession(anySession, (session) => client.verify(anyNode(), session, true))],
    [8, withSession(anyLive, (session) => client.refresh(anyNode(), session))],
    [6, () => client.list(anyNode(), anyOwner())],
    [14, withSession(anyMortal, (session) => ending([session], (node) => client.end(node, session)))],
    [4, endOthers],
    [2.5, endUser],
    [1, ban],
    [0.5, endRealm],
  ]
  const total = deeds.reduce((sum, [weight]) => sum + weight, 0)

  function anyDeed(): () => Promise<unknown> {
    const dice = random() * total
    let sum = 0
    for (const [weight, deed] of deeds) {
      sum += weight
      if (dice < sum) return deed
    }
    return issue
  }

  async function call(): Promise<void> {
    let due = performance.now()
    while (running) {
      due += (-Math.log(1 - random()) / rate) * 1_000
      await sleep(Math.max(0, due - performance.now()))
      launch(anyDeed())
    }
  }

  return {
    client,
    start() {
      running = true
      calling = call()
    },
    async stop() {
      running = false
      await calling
      while (underWay.size > 0) await Promise.all(underWay)
    },
    async lookAtEverything() {
      for (const node of nodes) {
        for (let start = 0; start < client.known.length; start += 200) {
          const part = client.known.slice(start, start + 200)
          await until(`node ${node} answers`, () => client.verifyAll(node, part), 60_000)
        }
        for (const owner of everyOwner)
          await until(`node ${node} lists`, () => client.list(node, owner), 60_000)
      }
    },
  }
}

/** Users whose sessions are ended, and users whose sessions nobody ends: those that are gone were lost, whatever else is unknown. */
function ownersOf(name: string): readonly [mortals: readonly Owner[], keepers: readonly Owner[]] {
  const some = (realm: string, count: number): readonly Owner[] =>
    Array.from({ length: count }, (_, index) => ({ realm: `${realm}-${name}`, user: `${realm}-${index}` }))
  return [[...some('main', 6), ...some('side', 2)], some('kept', 3)]
}
