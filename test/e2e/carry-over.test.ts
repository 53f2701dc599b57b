import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { requestedEndpoints } from '../../src/targets/docker/endpoints.ts'
import { describeWithServices } from '../services/shared.ts'
import { manyOptions } from './option-cases.ts'
import { anonymousVolumes, decided } from './option-compare.ts'
import { setStage, type Stage } from './option-stage.ts'

describeWithServices('carrying settings over', ({ engineHost }) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await setStage(engineHost)
  })
  afterAll(() => stage?.close())

  async function started(id: string) {
    await stage.start(id)
    return stage.inspect(id)
  }

  test('what lies in a volume that nobody named is there again, also where the new image declares none', async () => {
    const old = await stage.inspect(await stage.create('old', { options: ['--volume', '/mine'] }))
    writeFileSync(join(stage.folder, 'mark'), 'kept')
    for (const path of ['/mine', '/data', '/logs'])
      await stage.cli('cp', join(stage.folder, 'mark'), `${old.Id}:${path}/mark`)

    const { id } = await stage.replace(old)

    for (const path of ['/mine', '/data', '/logs']) {
      expect(await stage.cli('cp', `${id}:${path}/mark`, '-')).toContain('kept')
    }
    await stage.remove(old.Id, id)
  })

  test('volumes of another container come from that container again', async () => {
    const options = ['--volumes-from', stage.subjects.neighbour, '--volume', '/mine']
    const old = await stage.inspect(await stage.create('old', { options }))

    const { id } = await stage.replace(old)
    const { HostConfig, Mounts } = await stage.inspect(id)

    expect((HostConfig.Mounts ?? []).map(({ Target }) => Target)).not.toContain('/shared')
    const shared = ({ Destination }: { readonly Destination: string }) => Destination === '/shared'
    expect(Mounts?.find(shared)?.Name).toBe(old.Mounts?.find(shared)?.Name)
    await stage.remove(old.Id, id)
  })

  test('carrying over twice is the same as once', async () => {
    const oldId = await stage.create('old', manyOptions(stage.at(90)))
    const first = await stage.replace(await started(oldId))
    await stage.kill(oldId)
    const once = await started(first.id)

    const second = await stage.replace(once, { from: stage.newImage })
    await stage.kill(first.id)
    const twice = await started(second.id)

    expect(decided(twice)).toEqual(decided(once))
    expect(anonymousVolumes(twice)).toEqual(anonymousVolumes(once))
    await stage.remove(oldId, first.id, second.id)
  })

  test('below API 1.44 the further networks and the MAC address arrive as well', async () => {
    const { front, back } = stage.subjects
    const mac = '02:42:0a:e7:4d:97'
    const options = ['--network', front, '--network-alias', 'one', '--ip', '10.231.77.79', '--mac-address', mac]
    const oldId = await stage.create('old', { options })
    await stage.cli('network', 'connect', '--alias', 'two', '--ip', '10.231.78.79', back, oldId)
    await stage.start(oldId)
    const before = await stage.inspect(oldId, '1.43')

    const { id, carried } = await stage.replace(before, { apiVersion: '1.43' })
    await stage.kill(oldId)
    const after = await started(id)

    expect(carried.connectAfterCreate).toHaveLength(1)
    expect(after.Config.MacAddress).toBe(mac)
    expect(after.NetworkSettings.Networks).toMatchObject({
      [front]: { Aliases: ['one'], IPAMConfig: { IPv4Address: '10.231.77.79' }, MacAddress: mac },
      [back]: { Aliases: ['two'], IPAMConfig: { IPv4Address: '10.231.78.79' } },
    })
    await stage.remove(oldId, id)
  })

  test('start-first answers to the shared names only after the switch', async () => {
    const { front, back } = stage.subjects
    const options = ['--network', `name=${front},alias=one`, '--network', `name=${back},alias=two`]
    const oldId = await stage.create('old', { options })
    const before = await started(oldId)

    const { id } = await stage.replace(before, { order: 'start-first' })
    const beside = await started(id)
    await stage.reconnect(id, requestedEndpoints(before))
    const after = await stage.inspect(id)

    expect(Object.values(beside.NetworkSettings.Networks ?? {}).flatMap(({ Aliases }) => Aliases ?? [])).toEqual([])
    expect(after.NetworkSettings.Networks).toMatchObject({
      [front]: { Aliases: ['one'] },
      [back]: { Aliases: ['two'] },
    })
    await stage.remove(oldId, id)
  })
})
