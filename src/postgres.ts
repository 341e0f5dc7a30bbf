/**
 * Sessions in PostgreSQL, for any number of nodes.
 *
 * @module
 */
export { type PostgresStoreOptions, postgresStore } from './stores/sql/postgres/store.ts'
