import { expect, test } from 'vitest'
import { isLost, tellSwarmEndured } from '../endurance/swarm/document.ts'
import { endureSwarm } from '../endurance/swarm/endure.ts'
import { describeWithServices } from '../services/shared.ts'

/** A small sample of `npm run endurance:swarm`. */
describeWithServices('a Swarm service over three nodes, good and bad versions, and a node lost', ({ registryAddress }) => {
  test('keeps the availability that its update settings promise', { timeout: 300_000 }, async () => {
    const registry = { address: registryAddress }

    const endured = await endureSwarm({ registry, rollouts: 4, kills: [3], parallelism: 4, say: () => {} })

    expect(endured.availability.breaches).toEqual([])
    expect(endured.turns.flatMap(({ loss }) => loss ?? [])).toEqual([])
    expect(isLost(endured)).toBe(false)
    expect(endured.turns.filter(({ killed }) => killed !== null)).toHaveLength(1)
    expect(endured.availability.samples).toBeGreaterThan(20)
    expect(await tellSwarmEndured(endured)).toContain('**none**')
  })
}) // prettier-ignore
