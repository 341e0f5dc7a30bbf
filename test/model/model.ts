/** The model, whole: what holds sessions to it knows this door alone. */
export * from './promises/beginning.ts'
export * from './promises/changing.ts'
export * from './promises/denying.ts'
export * from './promises/ending.ts'
export * from './promises/state.ts'
export * from './promises/time.ts'
export * from './promises/tokens.ts'
