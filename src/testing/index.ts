/**
 * The door of `rollcall/testing`: what a store, stores that share a place, and a dialect promise, as data.
 *
 * @module
 */
export * from './dialect-contract.ts'
export * from './shared-store-contract.ts'
export * from './store-contract.ts'
