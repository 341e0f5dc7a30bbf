import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startRunning } from './running.ts'

test('an end keeps a user out for a time; the denial is listed, and lifted before its time', async () => {
  await using server = await startRunning()
  assert.equal((await server.rollcall('denials')).out, 'Nobody is kept out.\n')
  await server.rollcall('sessions issue --user ada')
  const ended = await server.rollcall('sessions end --user ada --deny user --for 15m --yes')
  assert.equal(ended.out, 'Ended 1 session.\n')
  assert.match((await server.rollcall('sessions issue --user ada')).err, /\(403 denied\)/)

  const { out } = await server.rollcall('denials list')
  assert.match(
    out,
    /^ID +KEPT OUT +VALUE +SINCE +ENDS +BY\n\S+ +user +ada +\S.* +in 1[45] min +key key_\w+\n$/,
  )
  const [, id = ''] = out.split('\n')[1]?.match(/^(\S+)/) ?? []
  assert.equal((await server.rollcall(`denials lift ${id}`)).out, 'Lifted: user ada may come in again.\n')
  assert.equal((await server.rollcall('sessions issue --user ada')).exitCode, 0)
  const again = await server.rollcall(`denials lift ${id}`)
  assert.equal(again.exitCode, 1)
  assert.match(again.err, /404 not-found/)
})

test('a dry run with --deny keeps nobody out', async () => {
  await using server = await startRunning()
  await server.rollcall('sessions issue --user ada')
  await server.rollcall('sessions end --user ada --deny user --for 15m --dry-run')
  assert.equal((await server.rollcall('denials')).out, 'Nobody is kept out.\n')
})

test('denials of other realms are their own', async () => {
  await using server = await startRunning()
  await server.rollcall('sessions issue --user ada --realm shop')
  await server.rollcall('sessions end --user ada --deny user --for 15m --yes --realm shop')
  assert.equal((await server.rollcall('denials')).out, 'Nobody is kept out.\n')
  assert.match((await server.rollcall('denials --realm shop')).out, /user +ada/)
})
