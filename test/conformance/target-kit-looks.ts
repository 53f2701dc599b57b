import { expect, test } from 'vitest'
import { isOf } from '../../src/targets/target.ts'
import { uniqueName } from '../services/shared.ts'
import { signal, type Kit } from './target-harness.ts'

/** What looking at a target promises. */
export function lookPromises(kit: Kit): void {
  const { find, stage } = kit

  test('a workload keeps its id, which begins with target and kind, when its instance is made anew', async () => {
    const { harness, target } = kit
    const { name, from, workload } = await stage()

    await harness.run(name, from.reference, { 'longshore.policy': 'digest' })
    const anew = await find(name)

    expect(workload.id).toBe(`${target.name}/${target.kind}/${harness.nameOf(name)}`)
    expect(workload).toMatchObject({ target: target.name, kind: target.kind, image: from.reference, isRunning: true })
    expect(anew).toMatchObject({ id: workload.id, labels: { 'longshore.policy': 'digest' } })
    expect(anew.instance).not.toBe(workload.instance)
    const all = await target.listWorkloads(signal)
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
    expect(all.every(({ id }) => isOf(target, id))).toBe(true)
  })

  test('labels that an image brought are not believed, whatever they say', async () => {
    const { harness, target } = kit
    const forged = {
      'longshore.watch': 'true',
      'longshore.operation': 'forged',
      'longshore.operation.replaces': 'forged',
      'com.docker.compose.project': 'forged',
      'com.docker.compose.service': 'forged',
      'com.docker.swarm.service.name': 'forged',
    }
    const { name, workload } = await stage('stop-first', { labels: forged })

    expect(workload).toMatchObject({ operation: null, leftAlone: null })
    expect(workload.labels).not.toMatchObject({ 'longshore.watch': 'true' })
    expect(JSON.stringify(await target.listWorkloads(signal))).not.toContain('forged')
    const found = await target.findRollouts(signal)
    expect(found.filter((each) => each.workload === workload.id || each.operation === 'forged')).toEqual([])
    await harness.useElsewhere(`${name}-plain`, workload.image)
    expect(JSON.stringify(await target.listWorkloads(signal))).not.toContain('forged')
  })

  test('what is captured is plain data, and cannot be had of what is gone', async () => {
    const { harness, target, standing } = kit
    const { rollout } = standing

    const captured = await target.capture(rollout, signal)

    expect(JSON.parse(JSON.stringify(captured))).toEqual(captured)
    expect(captured).toBeTruthy()
    const gone = { ...rollout, name: harness.nameOf(uniqueName('gone')), oldInstance: 'f'.repeat(64) }
    await expect(target.capture(gone, signal)).rejects.toMatchObject({ code: 'TARGET_NOT_FOUND' })
  })

  test('looking changes nothing', async () => {
    const { harness, target, standing } = kit
    const { rollout, workload } = standing
    const before = await harness.look()

    await target.listWorkloads(signal)
    await target.observe(rollout, signal)
    await target.prepare?.(workload, rollout.image, signal)
    await target.capture(rollout, signal)
    await target.findRollouts(signal)
    await target.readLogTail(workload.instance, signal)
    await target.previewSettings(workload, { config: { Env: ['A=1'] } }, signal)

    expect(await harness.look()).toEqual(before)
  })

  test('the end of what was printed is read, at most 4 KiB and without values of the environment', async () => {
    const { harness, target, standing } = kit
    const { name, workload } = standing
    await harness.print(name, 'a line that sesame-open stands in, of those before', 300)
    await harness.print(name, 'the last words', 1)

    const tail = await target.readLogTail(workload.instance, signal)

    expect(tail.trimEnd().endsWith('the last words')).toBe(true)
    expect(tail).toContain('of those before')
    expect(tail).not.toContain('sesame-open')
    expect(Buffer.byteLength(tail)).toBeLessThanOrEqual(4096)
  })

  test('what another image would change is told without values of the environment', async () => {
    const { target, standing } = kit
    const { workload } = standing
    const config = { config: { Env: ['VERSION=sesame'], WorkingDir: '/tmp', Cmd: ['/app'] } }

    const changes = await target.previewSettings(workload, config, signal)

    expect(changes).toContainEqual({ setting: 'working directory', from: '(unset)', to: '/tmp' })
    expect(JSON.stringify(changes)).toContain('VERSION')
    expect(JSON.stringify(changes)).not.toContain('sesame')
  })
}
