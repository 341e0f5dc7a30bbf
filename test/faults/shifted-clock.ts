/** Moves the wall clock of the process that it is loaded into, by `CLOCK_SHIFT` milliseconds. Monotonic clocks stay. */
const shift = Number(process.env.CLOCK_SHIFT ?? 0)
const now = Date.now
const ShiftedDate = new Proxy(Date, {
  construct: (Real, given) => (given.length === 0 ? new Real(now() + shift) : Reflect.construct(Real, given)),
  apply: (Real) => new Real(now() + shift).toString(),
})
Date.now = () => now() + shift
globalThis.Date = ShiftedDate
