/**
 * The door of `rollcall/testing`: what a store and what a dialect promise, as data.
 *
 * @module
 */
export * from './dialect-contract.ts'
export * from './store-contract.ts'
