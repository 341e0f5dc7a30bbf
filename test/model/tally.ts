/** Counts what happened, by group and name. */
export interface Tally {
  add(group: string, name: string): void
  count(group: string, name?: string): number
  toString(): string
}

/** Makes one. */
export function newTally(): Tally {
  const groups = new Map<string, Map<string, number>>()
  const of = (group: string): Map<string, number> => groups.get(group) ?? new Map()
  return {
    add(group, name) {
      const names = of(group)
      groups.set(group, names.set(name, (names.get(name) ?? 0) + 1))
    },
    count(group, name) {
      if (name !== undefined) return of(group).get(name) ?? 0
      return [...of(group).values()].reduce((sum, each) => sum + each, 0)
    },
    toString: () =>
      [...groups]
        .map(([group, names]) => {
          const all = [...names]
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([name, count]) => `${name} ${count}`)
          return `${group}: ${[...names.values()].reduce((sum, each) => sum + each, 0)} (${all.join(', ')})`
        })
        .join('\n'),
  }
}
