import { expect } from 'vitest'
import type { InspectedContainer } from '../../services/docker.ts'
import type { Scene } from './scene.ts'
import type { StagedWorkload } from './workload.ts'

/** The old version runs under its own name, restart policy and tag, and nothing of ours is left beside it. */
export async function expectServesAgain(scene: Scene, web: StagedWorkload, before: InspectedContainer): Promise<void> {
  const now = await web.inspect()
  expect(now).toMatchObject({ Id: before.Id, State: { Status: 'running' } })
  expect(now.HostConfig.RestartPolicy).toEqual(before.HostConfig.RestartPolicy)
  expect(await web.taggedImage()).toBe(before.Image)
  const others = (await scene.containers()).filter((name) => name.includes('longshore'))
  expect(others).toEqual([])
}

/** The old version has not even been stopped. */
export async function expectUntouched(scene: Scene, web: StagedWorkload, before: InspectedContainer): Promise<void> {
  await expectServesAgain(scene, web, before)
  const { StartedAt, Pid } = (await web.inspect()).State
  expect({ StartedAt, Pid }).toEqual({ StartedAt: before.State.StartedAt, Pid: before.State.Pid })
}

/** Milliseconds from the end of the old version to its new start, by the engine's clock. */
export async function measureReturn(web: StagedWorkload): Promise<number> {
  const { StartedAt, FinishedAt } = (await web.inspect()).State
  return Date.parse(StartedAt) - Date.parse(FinishedAt)
}
