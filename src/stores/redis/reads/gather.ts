/**
 * Asking for many at once: whatever is asked for in one turn of the event loop goes together.
 *
 * @module
 */

/** How to ask for several together. */
export interface Gathering<Answer> {
  /** How many may go together at the most. */
  readonly most: number

  /** What only those may share who go together. */
  groupOf(name: string): string

  /** Asks for some names of one group. Where that fails, each of them has failed; else each is read by its place. */
  ask(names: readonly string[]): Promise<(place: number) => Answer | Promise<Answer>>
}

/** Makes a way to ask for one: by a question that is sent after this was called, together with others. */
export function gathered<Answer>({
  most,
  groupOf,
  ask,
}: Gathering<Answer>): (name: string) => Promise<Answer> {
  let groups = new Map<string, Waiting<Answer>[]>()

  function send(): void {
    const gone = groups
    groups = new Map()
    for (const waiting of gone.values())
      for (let first = 0; first < waiting.length; first += most)
        void sendTogether(waiting.slice(first, first + most))
  }

  async function sendTogether(waiting: readonly Waiting<Answer>[]): Promise<void> {
    try {
      const answerAt = await ask(waiting.map(({ name }) => name))
      for (const [place, each] of waiting.entries()) settle(each, () => answerAt(place))
    } catch (fault) {
      for (const { reject } of waiting) reject(fault)
    }
  }

  return (name) =>
    new Promise((resolve, reject) => {
      if (groups.size === 0) setImmediate(send)
      const group = groupOf(name)
      const waiting = groups.get(group)
      if (waiting === undefined) groups.set(group, [{ name, resolve, reject }])
      else waiting.push({ name, resolve, reject })
    })
}

interface Waiting<Answer> {
  readonly name: string
  readonly resolve: (answer: Answer | Promise<Answer>) => void
  readonly reject: (fault: unknown) => void
}

function settle<Answer>({ resolve, reject }: Waiting<Answer>, read: () => Answer | Promise<Answer>): void {
  try {
    resolve(read())
  } catch (fault) {
    reject(fault)
  }
}
