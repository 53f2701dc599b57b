import { describe, expect, test } from 'vitest'
import type { ContainerInspect } from '../../src/clients/docker/shapes.ts'
import { tellEndured } from '../endurance/document.ts'
import { endure } from '../endurance/endure.ts'
import { lostSince } from '../endurance/losses.ts'
import type { Member, Version } from '../endurance/fleet.ts'
import { describeWithServices } from '../services/shared.ts'

/** A small sample of `npm run endurance`; five containers have every manner of being replaced. */
describeWithServices(
  'containers of random options, forward and back, with a kill -9 in each',
  ({ registryAddress }) => {
    // Each way of it has a limit of its own, which tells what it waited for.
    test('lose nothing', { timeout: 330_000 }, async () => {
      const lines: string[] = []
      const registry = { address: registryAddress }

      const endured = await endure({ count: 5, rounds: 1, seed: 4, registry, say: (line) => lines.push(line) })

      expect(endured.losses).toEqual([])
      expect(new Set(endured.members.map(({ manner }) => manner)).size).toBe(5)
      expect(endured.counts.rollout).toBe(5)
      expect(endured.counts.rollback + endured.counts['rollback by hand']).toBe(5)
      expect(endured.counts.rollback).toBeGreaterThan(0)
      const kills = Object.values(endured.kills).flatMap((byMoment) => [...byMoment.values()])
      expect(kills.reduce((sum, each) => sum + each, 0)).toBe(10)
      expect(await tellEndured(endured)).toContain('**nothing**')
    })
  },
)

describe('what is lost', () => {
  const before = {
    Name: '/web',
    Id: 'f'.repeat(64),
    Config: { Env: ['COLOR=red', 'VERSION=a'] },
    HostConfig: { RestartPolicy: { Name: 'always' }, Memory: 64, ExtraHosts: ['db:10.0.0.2'] },
    Mounts: [{ Type: 'volume', Name: 'd'.repeat(64), Destination: '/data', RW: true, Driver: 'local' }],
    NetworkSettings: { Networks: { front: { Aliases: ['one'], NetworkID: 'n' } } },
  }
  // The parts of an engine's answer that are compared.
  const inspected = (changes: object) => ({ ...before, ...changes }) as unknown as ContainerInspect
  const version = { build: 'a' } as Version
  const member = { wanted: { a: { Env: ['COLOR=red', 'VERSION=a'] } } } as unknown as Member
  const losses = (changes: object) => lostSince(member, inspected({}), inspected(changes), version)

  test.each([
    ['a limit', { HostConfig: { ...before.HostConfig, Memory: 0 } }, 'HostConfig.Memory: 64 has become 0'],
    ['a host', { HostConfig: { ...before.HostConfig, ExtraHosts: [] } }, 'HostConfig.ExtraHosts'],
    ['a variable', { Config: { Env: ['VERSION=a'] } }, 'its user or image.Env'],
    ['a network', { NetworkSettings: { Networks: {} } }, 'decided.Networks'],
    ['an alias', { NetworkSettings: { Networks: { front: { NetworkID: 'n' } } } }, 'front.Aliases'],
    ['a volume', { Mounts: [{ ...before.Mounts[0], Name: 'e'.repeat(64) }] }, 'its volumes'],
  ])('is told: %s', (_, changes, sentence) => {
    expect(losses(changes).join('; ')).toContain(sentence)
  })

  test('is nothing where only the engine gives more of the same name', () => {
    expect(losses({})).toEqual([])
    const aliases = { Networks: { front: { Aliases: ['one', 'web'], NetworkID: 'n' } } }
    expect(losses({ NetworkSettings: aliases })).toEqual([])
  })
})
