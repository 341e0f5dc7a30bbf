/** A node of the benchmarks of lines: one with a Socket.IO server beside it, that gives memory back on SIGUSR2. */
import '../../test/support/application.ts'

process.on('SIGUSR2', () => globalThis.gc?.())
