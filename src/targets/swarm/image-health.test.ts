import { describe, expect, test } from 'vitest'
import { serviceRollout } from '../../../test/fakes/service-facts.ts'
import { swarmService } from '../../../test/fakes/swarm-manager.ts'
import type { HealthCheck } from '../../clients/docker/shapes.ts'
import type { ImageHealth } from '../../rollout/image-health.ts'
import { healthBudgetMs } from '../engine/health-check.ts'
import { checkOf, readImageHealth } from './image-health.ts'
import { observe } from './observe.ts'

const second = 1e9
const none = { hasCheck: false, intervalMs: 0, timeoutMs: 0, startPeriodMs: 0, retries: 0 }
const everySecond = { ...none, hasCheck: true, intervalMs: 1000 }

describe('what an image says of a health check', () => {
  const whole = { Test: ['CMD', 'check'], Interval: 2 * second, Timeout: second, StartPeriod: 5 * second, Retries: 4 }

  test.each<readonly [string, unknown, ImageHealth]>([
    ['all of it', whole, { hasCheck: true, intervalMs: 2000, timeoutMs: 1000, startPeriodMs: 5000, retries: 4 }],
    ['the command alone', { Test: ['CMD', 'check'] }, { ...none, hasCheck: true }],
    ['that there is none', { Test: ['NONE'] }, none],
    ['nothing', undefined, none],
    ['no numbers', { Test: ['CMD', 'check'], Interval: '1s', Retries: null }, { ...none, hasCheck: true }],
    ['numbers that nobody could wait for', { Test: ['CMD', 'check'], Interval: 1e30, Timeout: -1 }, { ...none, hasCheck: true }],
    ['no check, but a text', 'curl localhost', none],
  ])('%s', (_, Healthcheck, expected) => {
    expect(readImageHealth({ config: { Healthcheck } })).toEqual(expected)
  })

  test.each([[null], ['text'], [{}], [{ config: [] }]])('a document that is %j says nothing', (document) => {
    expect(readImageHealth(document)).toEqual(none)
  })

  test('takes as long in the words of the engine', () => {
    expect(healthBudgetMs(checkOf(readImageHealth({ config: { Healthcheck: whole } })))).toBe(healthBudgetMs(whole))
    expect(healthBudgetMs(checkOf(none))).toBe(0)
  })
}) // prettier-ignore

describe('the gate of a service', () => {
  const { delayMs, monitorMs } = swarmService().updating
  const paceMs = delayMs + monitorMs + swarmService().stopGraceMs
  const inSpec = (healthCheck: HealthCheck | null) => swarmService({ healthCheck })

  /** What the manager has pulled; null for nothing. */
  async function seen(own: HealthCheck | null, imageHealth: ImageHealth | undefined, pulled: HealthCheck | null) {
    const asked: string[] = []
    const engine = {
      inspectService: async () => inSpec(own),
      listTasks: async () => [],
      listNodes: async () => [],
      inspectImage: async (reference: string) => {
        asked.push(reference)
        return pulled && { Id: 'image', Config: { Healthcheck: pulled } }
      },
    }
    const rollout = serviceRollout(imageHealth && { imageHealth })
    const facts = await observe({ engine } as unknown as Parameters<typeof observe>[0], rollout, AbortSignal.any([])) // what it asks is all there
    return { hasHealthCheck: facts.hasHealthCheck, budgetMs: facts.paceMs - paceMs, asked: asked.length }
  }

  test.each<readonly [string, HealthCheck | null, ImageHealth | undefined, HealthCheck | null, object]>([
    ['is that of the image, though the manager never pulls it', null, everySecond, null, { hasHealthCheck: true, budgetMs: 34_000, asked: 0 }],
    ['is weak where the image has no check', null, none, null, { hasHealthCheck: false, budgetMs: 0, asked: 0 }],
    ['is not that of the image where its owner has switched that off', { Test: ['NONE'] }, everySecond, null, { hasHealthCheck: false, budgetMs: 0, asked: 0 }],
    ['is that of the service where that has one', { Test: ['CMD', 'own'], Interval: 2 * second }, none, null, { hasHealthCheck: true, budgetMs: 38_000, asked: 0 }],
    ['takes from the image what its owner left out', { Interval: 2 * second }, everySecond, null, { hasHealthCheck: true, budgetMs: 38_000, asked: 0 }],
    ['is what the manager has pulled where the registry told nothing', null, undefined, { Test: ['CMD', 'x'], Interval: second }, { hasHealthCheck: true, budgetMs: 34_000, asked: 1 }],
    ['is weak where nobody can tell', null, undefined, null, { hasHealthCheck: false, budgetMs: 0, asked: 1 }],
    ['asks nobody where the service says all', { Test: ['CMD', 'own'] }, undefined, null, { hasHealthCheck: true, budgetMs: 150_000, asked: 0 }],
  ])('%s', async (_, own, imageHealth, pulled, expected) => {
    expect(await seen(own, imageHealth, pulled)).toEqual(expected)
  })
}) // prettier-ignore
