import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { planMove } from '../conformance/target-harness.ts'
import { openServices, type ServicesHarness } from '../conformance/target-services.ts'
import { describeWithServices, uniqueName } from '../services/shared.ts'

const { signal } = new AbortController()

describeWithServices('a Compose file that somebody edits while a rollout goes back', () => {
  let harness: ServicesHarness
  beforeAll(async () => {
    harness = await openServices()
  })
  afterAll(() => harness?.close())

  const find = async (name: string) => {
    const all = await harness.target.listWorkloads(signal)
    const found = all.find((each) => each.name === harness.nameOf(name))
    if (found === undefined) throw new Error(`${name} is not listed`)
    return found
  }

  test('keeps their edit, the old version serves as it was, and the next rollout finds the file', async () => {
    const { target } = harness
    const name = uniqueName('edited')
    const from = await harness.push(name, { version: '1', tag: '1' })
    const to = await harness.push(name, { version: '2', tag: '2' })
    await harness.run(name, from.reference)
    const workload = await find(name)
    const rollout = await planMove(target, workload, to, 'stop-first')
    const snapshot: unknown = JSON.parse(JSON.stringify(await target.capture(rollout, signal)))
    for (const effect of harness.ways[0]?.there ?? []) await target.apply(rollout, effect, { signal })
    const file = harness.fileOf(name)
    const edited = `${readFileSync(file, 'utf8')}# theirs\n`
    writeFileSync(file, edited)

    for (const effect of ['tag-old', 'up-old', 'tag-back'] as const)
      await target.apply(rollout, effect, { signal, snapshot })

    expect(readFileSync(file, 'utf8')).toBe(edited)
    expect(readdirSync(dirname(file))).toEqual(['compose.yaml'])
    const back = await find(name)
    expect(back).toMatchObject({ image: workload.image, imageId: workload.imageId, isRunning: true })
    // Compose notes the copies that it was brought up from, and they are gone.
    const noted = back.labels['com.docker.compose.project.config_files']
    expect(noted).toContain('/.compose.yaml.longshore')
    expect(back.definedBy).toEqual(workload.definedBy)
    // Their file still names the new version, which they are told.
    expect(await target.prepare?.(back, back.image, signal)).toMatchObject({ reason: { code: 'COMPOSE_DRIFT' } })
    writeFileSync(file, edited.replace(to.reference, from.reference))
    expect(await target.prepare?.(back, to.reference, signal)).toMatchObject({
      kind: 'ready',
      definition: { edit: { path: file, from: from.reference, to: to.reference } },
    })
    expect(await harness.compose(name, 'up', '-d')).toContain('Running')
  })
})
