import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { requestedEndpoints } from '../../src/targets/docker/endpoints.ts'
import { withImageDefaults } from '../../src/targets/engine/image-defaults.ts'
import { tryRun } from '../services/command.ts'
import { describeWithServices } from '../services/shared.ts'
import { optionCases, optionsWithoutTrace, type OptionCase } from './carry-over-cases.ts'
import { anonymousVolumes, decided, givenByImage } from './carry-over-compare.ts'
import { setStage, type Stage } from './carry-over-stage.ts'

/** The options of the `docker` command on this machine: older ones have fewer. */
const { stdout: help } = await tryRun('docker', ['create', '--help'])
const knownOptions = new Set([...help.matchAll(/^\s+(?:-\w, )?--([a-z0-9-]+)/gm)].map(([, option]) => option ?? ''))
const nowhere = { front: 'front', back: 'back', volume: 'volume', neighbour: 'n', frontNeighbour: 'f', folder: '/f' }
const names = optionCases(nowhere).map(({ name }, index) => ({ name, index }))
const isKnown = ({ options }: OptionCase) => optionsOf(options).every((option) => knownOptions.has(option))

function optionsOf(options: readonly string[]): string[] {
  return options.filter((option) => option.startsWith('--')).map((option) => option.slice(2))
}

describeWithServices('carrying settings over', ({ engineHost }) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await setStage(engineHost)
  })
  afterAll(() => stage?.close())

  describe('a container made by carrying over is the one that its user would have run with the new image', () => {
    test.for(names)('$name', async ({ index }, { skip }) => {
      const [given] = optionCases(stage.subjects).slice(index)
      if (given === undefined) return
      skip(!isKnown(given), 'the docker command on this machine lacks an option')

      await expectSameAsRun(given)
    })
  })

  test('the cases cover every option of `docker run`', () => {
    const covered = new Set(optionCases(nowhere).flatMap(({ options }) => optionsOf(options)))

    expect([...knownOptions].filter((option) => !covered.has(option) && !optionsWithoutTrace.has(option))).toEqual([])
  })

  async function expectSameAsRun({ options, command, isStarted }: OptionCase): Promise<void> {
    const oldId = await stage.create('old', options, command)
    const before = await settle(oldId, isStarted)
    const { id, carried } = await stage.replace(before)
    if (isStarted) await stage.kill(oldId)
    const after = await settle(id, isStarted)
    // Ports and addresses that both would take.
    if (isStarted) await stage.kill(id)
    const wantedId = await stage.create('new', options, command)
    const wanted = await settle(wantedId, isStarted)

    expect(decided(after)).toEqual(decided(wanted))
    // What the preview of changed settings rests on.
    const foreseen = withImageDefaults(carried.body, stage.newImage.Config ?? {})
    expect(givenByImage(after.Config)).toEqual(givenByImage(foreseen))
    expect(after.Config.Labels).toMatchObject({ 'longshore.operation': 'two' })
    const volumes = anonymousVolumes(after)
    expect([...volumes.keys()].toSorted()).toEqual(
      [...new Set([...anonymousVolumes(before).keys(), ...anonymousVolumes(wanted).keys()])].toSorted(),
    )
    expect([...volumes]).toEqual(expect.arrayContaining([...anonymousVolumes(before)]))

    await stage.remove(oldId, id, wantedId)
  }

  async function settle(id: string, isStarted: true | undefined) {
    if (isStarted) await stage.start(id)
    return stage.inspect(id)
  }

  test('the new image’s defaults take effect where the user said nothing', async () => {
    const old = await stage.inspect(await stage.create('old', []))

    const { id } = await stage.replace(old)
    const { Config } = await stage.inspect(id)

    const { Labels, ...rest } = stage.newImage.Config ?? {}
    const { Env, Cmd, Entrypoint, User, WorkingDir, ExposedPorts, Healthcheck, StopSignal, Volumes } = rest
    expect(Config).toMatchObject({
      Env,
      Cmd,
      Entrypoint,
      User,
      WorkingDir,
      ExposedPorts,
      Healthcheck,
      StopSignal,
      Volumes,
    })
    expect(Config.Labels).toEqual({ ...Labels, 'longshore.operation': 'two' })
    await stage.remove(old.Id, id)
  })

  test('what lies in a volume that nobody named is there again, also where the new image declares none', async () => {
    const old = await stage.inspect(await stage.create('old', ['--volume', '/mine']))
    writeFileSync(join(stage.folder, 'mark'), 'kept')
    for (const path of ['/mine', '/data', '/logs'])
      await stage.cli('cp', join(stage.folder, 'mark'), `${old.Id}:${path}/mark`)

    const { id } = await stage.replace(old)

    for (const path of ['/mine', '/data', '/logs']) {
      expect(await stage.cli('cp', `${id}:${path}/mark`, '-')).toContain('kept')
    }
    await stage.remove(old.Id, id)
  })

  test('carrying over twice is the same as once', async () => {
    const [given] = optionCases(stage.subjects).slice(-1)
    const oldId = await stage.create('old', given?.options ?? [], given?.command)
    const first = await stage.replace(await settle(oldId, true))
    await stage.kill(oldId)
    const once = await settle(first.id, true)

    const second = await stage.replace(once, { from: stage.newImage })
    await stage.kill(first.id)
    const twice = await settle(second.id, true)

    expect(decided(twice)).toEqual(decided(once))
    expect(anonymousVolumes(twice)).toEqual(anonymousVolumes(once))
    await stage.remove(oldId, first.id, second.id)
  })

  test('below API 1.44 the further networks and the MAC address arrive as well', async () => {
    const { front, back } = stage.subjects
    const mac = '02:42:0a:e7:4d:97'
    const options = ['--network', front, '--network-alias', 'one', '--ip', '10.231.77.79', '--mac-address', mac]
    const oldId = await stage.create('old', options)
    await stage.cli('network', 'connect', '--alias', 'two', '--ip', '10.231.78.79', back, oldId)
    await stage.start(oldId)
    const before = await stage.inspect(oldId, '1.43')

    const { id, carried } = await stage.replace(before, { apiVersion: '1.43' })
    await stage.kill(oldId)
    const after = await settle(id, true)

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
    const oldId = await stage.create('old', options)
    const before = await settle(oldId, true)

    const { id } = await stage.replace(before, { order: 'start-first' })
    const beside = await settle(id, true)
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
