import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Frame, frameReader } from '../../src/client/frames.ts'

const STREAM = [
  'retry: 1000\nid: 1\n\n',
  ': still here\n\n',
  'id: 2\r\nevent: session.ended\r\ndata: {"name":\r\ndata: "Zoë 🎟"}\r\n\r\n',
  'data:no space\rid\r\r',
  'unknown: field\ndata\n\n',
  'data: cut off',
].join('')

const FRAMES: readonly Frame[] = [
  { retry: 1_000, id: '1' },
  { id: '2', data: '{"name":\n"Zoë 🎟"}' },
  { data: 'no space', id: '' },
  { data: '' },
]

test('a stream that is cut anywhere reads the same', () => {
  const bytes = new TextEncoder().encode(STREAM)
  for (let size = 1; size <= bytes.length; size++) {
    const read = frameReader()
    const frames: Frame[] = []
    for (let start = 0; start < bytes.length; start += size)
      frames.push(...read(bytes.subarray(start, start + size)))
    assert.deepEqual(frames, FRAMES, `in pieces of ${size} bytes`)
  }
})

test('a frame that never ends is refused before it fills the memory', () => {
  const line = frameReader()
  const lines = frameReader()
  const piece = new TextEncoder().encode('x'.repeat(65_536))
  const data = new TextEncoder().encode(`data: ${'x'.repeat(65_536)}\n`)
  const feed = (read: typeof line, bytes: Uint8Array) => () => {
    for (let count = 0; count < 64; count++) read(bytes)
  }
  assert.throws(feed(line, piece), { code: 'unexpected-answer' })
  assert.throws(feed(lines, data), { code: 'unexpected-answer' })
})
