import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { nodeMin, refuseOldNode } from './require-node.ts'

test.each(['20.20.2', '22.21.0', '24.14.9', '9.99.0'])('refuses Node %s in one line', (version) => {
  expect(refuseOldNode(version)).toMatch(/^longshore needs Node 24\.15 or newer; this is [\d.]+$/)
})

test.each(['24.15.0', '24.21.0', '25.0.0', '100.0.0'])('accepts Node %s', (version) => {
  expect(refuseOldNode(version)).toBeNull()
})

test('asks for the Node that package.json asks for', () => {
  const { engines } = JSON.parse(readFileSync('package.json', 'utf8'))

  expect(engines.node).toBe(`>=${nodeMin.major}.${nodeMin.minor}`)
})
