/**
 * Doing something around every operation of an object, such as timing it.
 *
 * @module
 */

/** Does something around an operation: calls `work` once, and answers with what that answers. */
export type Around = (operation: string, work: () => unknown) => unknown

/** Makes an object that does what another does, with something done around each of its operations. */
export function surround<Target extends object>(target: Target, around: Around): Target {
  const surrounded = new Map<string, unknown>()

  return new Proxy(target, {
    get(_target, property) {
      const value: unknown = Reflect.get(target, property)
      if (typeof value !== 'function' || typeof property === 'symbol') return value
      const known = surrounded.get(property)
      if (known !== undefined) return known
      const made = (...given: readonly unknown[]): unknown =>
        around(property, () => Reflect.apply(value, target, given))
      surrounded.set(property, made)
      return made
    },
  })
}
