/**
 * Channels that are there before what they run over is: a line is opened first, and only then is its peer answered.
 *
 * @module
 */
import type { Channel } from './contract.ts'

/** A channel that remembers what it was told until there is somebody to tell. */
export interface LateChannel extends Channel {
  /** Goes on over another channel, and tells it what came too early. */
  bind(channel: Channel): void
}

/** Makes one. */
export function lateChannel(): LateChannel {
  let bound: Channel | undefined
  let missed: ((channel: Channel) => void) | undefined

  function tell(say: (channel: Channel) => void): void {
    if (bound === undefined) missed = say
    else say(bound)
  }

  return {
    cut: (ending) => tell((channel) => channel.cut(ending)),
    release: () => tell((channel) => channel.release()),
    bind(channel) {
      bound = channel
      missed?.(channel)
    },
  }
}
