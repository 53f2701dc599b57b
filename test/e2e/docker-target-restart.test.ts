import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDockerTarget, type DockerTarget } from '../../src/targets/docker/docker-target.ts'
import { openEngine } from '../../src/targets/engine/open-engine.ts'
import type { TargetChange } from '../../src/targets/target.ts'
import { startEngine, type Engine } from '../services/engine.ts'
import { waitUntil } from '../services/wait.ts'

let engine: Engine
let target: DockerTarget
beforeAll(async () => {
  engine = await startEngine()
  target = createDockerTarget(openEngine({ name: 'local', host: engine.host }))
})
afterAll(async () => {
  target?.close()
  await engine?.stop()
})

test('an engine that was killed is unavailable until it is back, and then everything is to be looked at', async () => {
  const stop = new AbortController()
  const changes: TargetChange[] = []
  const watching = target.watch?.((change) => changes.push(change), stop.signal)
  expect(await target.listWorkloads(stop.signal)).toEqual([])

  await engine.kill()
  await expect(target.listWorkloads(stop.signal)).rejects.toMatchObject({ code: 'TARGET_UNAVAILABLE' })
  const waiting = target.waitUntilAvailable(stop.signal)
  await engine.restart()

  await waiting
  expect(await target.listWorkloads(stop.signal)).toEqual([])
  await waitUntil('the break is told', () => changes.some(({ kind }) => kind === 'resync'))
  stop.abort()
  await watching
})
