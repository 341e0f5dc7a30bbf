import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dialectContract } from '../../src/testing/dialect-contract.ts'
import { benchesOf } from './contract/bench.ts'
import { FLAWS } from './contract/flaws.ts'
import { toy, toyDescription } from './contract/toy.ts'

const caught = new Set<string>()
const broken = new Set<string>()
for (const [name, flaw] of Object.entries(FLAWS)) {
  for (const { promise, check } of dialectContract) {
    if (caught.has(name) && broken.has(promise)) continue // It could tell nothing new.
    const failed = await check(benchesOf(toy, flaw), toyDescription).then(
      () => false,
      () => true,
    )
    if (!failed) continue
    caught.add(name)
    broken.add(promise)
  }
}

for (const { promise, check } of dialectContract) {
  test(`a small dialect ${promise}`, () => check(benchesOf(toy), toyDescription))
  test(`a spoilt dialect breaks the promise that a dialect ${promise}`, () => assert.ok(broken.has(promise)))
}

for (const name of Object.keys(FLAWS)) {
  test(`the contract catches a dialect that ${name}`, () => assert.ok(caught.has(name)))
}
