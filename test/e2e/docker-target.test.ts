import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/lib/clock.ts'
import type { ReplaceFacts, Rollout } from '../../src/rollout/rollout.ts'
import { createDockerTarget } from '../../src/targets/docker/docker-target.ts'
import { openEngine } from '../../src/targets/engine/open-engine.ts'
import { deleteManifest } from '../services/push.ts'
import { waitUntil } from '../services/wait.ts'
import { setDockerStage, type DockerStage } from './docker-target-stage.ts'

let stage: DockerStage
beforeAll(async () => {
  stage = await setDockerStage()
})
afterAll(() => stage?.close())

const prepare = ['pull', 'protect', 'create'] as const
const stopFirst = ['disarm-old', 'stop-old', 'rename-old', 'rename-new', 'start-new'] as const

/** Pushes two versions, runs the first, and plans the move to the second. */
async function planMove(
  what: string,
  given: Partial<Parameters<DockerStage['plan']>[0]> & { readonly next?: Parameters<DockerStage['push']>[1] } = {},
) {
  const name = stage.fresh(what)
  const from = await stage.push(name, { version: '1' })
  const rollout = await stage.plan({ name, from, to: from.digest, ...given })
  const to = await stage.push(name, given.next ?? { version: '2' })
  return { name, from, to, rollout: { ...rollout, digest: to.digest, toImage: to.configDigest } }
}

function expectBoth(facts: ReplaceFacts) {
  if (facts.old === null || facts.new === null) throw new Error('both instances have to exist')
  return { old: facts.old, fresh: facts.new }
}

describe('the effects of a stop-first replacement, each done twice', () => {
  test('move the workload to the new image and back again, with its port, volume and restart policy', async () => {
    const { name, rollout, to } = await planMove('stop', {
      options: ['-p', '127.0.0.1::8080', '-v', '/data', '-e', 'MINE=1'],
    })
    await stage.cli('exec', name, 'touch', '/data/kept')
    const volume = await stage.cli('inspect', '-f', '{{(index .Mounts 0).Name}}', name)

    const created = expectBoth(await stage.bring(rollout, ...prepare))
    expect(created.fresh).toMatchObject({ status: 'created', restart: 'no', name: `${name}.longshore-next` })
    expect(created.fresh.image).toBe(to.configDigest)
    expect(created.old).toMatchObject({ status: 'running', name, connected: true })

    const started = await stage.bring(rollout, ...stopFirst)
    const { old, fresh } = expectBoth(started)
    expect(old).toMatchObject({ status: 'exited', restart: 'no', name: `${name}.longshore-prev` })
    expect(fresh).toMatchObject({ status: 'running', name, connected: true })
    expect(started).toMatchObject({ nameHolder: fresh.id, isProtected: true, tagImage: to.configDigest })
    expect(started.candidateImage).toBe(to.configDigest)
    expect(await stage.cli('exec', name, 'sh', '-c', 'ls /data; echo $MINE $VERSION')).toBe('kept\n1 2')
    expect(await stage.cli('port', name)).toMatch(/^8080\/tcp -> 127\.0\.0\.1:\d+$/)
    expect(await stage.cli('inspect', '-f', '{{.Config.Image}}', name)).toBe(rollout.image)

    const back = await stage.bring(
      rollout,
      'stop-new',
      'rename-new-back',
      'rename-old-back',
      'arm-old',
      'start-old',
      'connect-old',
      'tag-back',
      'remove-new',
    )
    expect(back).toMatchObject({ new: null, tagImage: rollout.fromImage, nameHolder: rollout.oldInstance })
    expect(back.old).toMatchObject({ status: 'running', name, restart: 'unless-stopped', connected: true })
    expect(await stage.cli('volume', 'ls', '-q', '--filter', `name=${volume}`)).toBe(volume)
  })

  test('end with the old instance gone, its anonymous volume kept and the new one armed', async () => {
    const { name, rollout } = await planMove('done', { options: ['-v', '/data'] })
    await stage.bring(rollout, ...prepare, ...stopFirst)

    const facts = await stage.bring(rollout, 'arm-new', 'remove-old')

    expect(facts.old).toBeNull()
    expect(facts.new).toMatchObject({ status: 'running', restart: 'unless-stopped', name })
    expect(await stage.cli('exec', name, 'ls', '-d', '/data')).toBe('/data')
  })
})

describe('the effects of a start-first replacement, each done twice', () => {
  const options = async (what: string) => {
    const networks = [stage.fresh(`${what}-one`), stage.fresh(`${what}-two`)]
    for (const network of networks) await stage.cli('network', 'create', network)
    const probe = stage.fresh(`${what}-probe`)
    return { networks, probe, run: ['--network', networks[0] ?? '', '--network-alias', 'front'] }
  }

  /** Asks the alias for its version without a pause until told to stop. */
  async function probing(probe: string, network: string, image: string) {
    const loop = 'while ! test -e /tmp/end; do wget -q -O - http://front:8080/ || echo failed; done'
    await stage.cli('run', '-d', '--name', probe, '--network', network, '--entrypoint', 'sh', image, '-c', loop)
    await waitUntil('the probe has an answer', async () => (await stage.cli('logs', probe)) !== '')
    return async () => {
      // Detached: the end of the container, which follows at once, would kill what is waited for.
      await stage.cli('exec', '--detach', probe, 'touch', '/tmp/end')
      await stage.cli('wait', probe)
      return new Set((await stage.cli('logs', probe)).split('\n'))
    }
  }

  test('leave the alias answered throughout, and move names and aliases', async () => {
    const { networks, probe, run } = await options('first')
    const { name, rollout } = await planMove('first', { order: 'start-first', options: run })
    await stage.cli('network', 'connect', '--alias', 'back', networks[1] ?? '', name)
    const finish = await probing(probe, networks[0] ?? '', rollout.image)

    const before = expectBoth(await stage.bring(rollout, ...prepare, 'start-new'))
    expect(before.old).toMatchObject({ status: 'running', connected: true })
    expect(before.fresh).toMatchObject({ status: 'running', connected: false })
    await waitUntil('it is healthy', async () => (await stage.bring(rollout)).new?.health === 'healthy')

    const renamed = { ...rollout, attempted: ['rename-old'] } satisfies Rollout
    const after = expectBoth(await stage.bring(renamed, 'rename-old', 'rename-new', 'connect-new'))
    expect(after.fresh).toMatchObject({ name, status: 'running', connected: true })
    expect(after.old).toMatchObject({ status: 'running' })
    expect([...(await finish())].filter((answer) => answer !== '1' && answer !== '2')).toEqual([])
    const names = JSON.parse(await stage.cli('inspect', '-f', '{{json .NetworkSettings.Networks}}', name))
    expect(names[networks[0] ?? ''].Aliases).toEqual(['front', name])
    expect(names[networks[1] ?? ''].Aliases).toEqual(['back', name])

    await stage.bring(rollout, 'disarm-old', 'stop-old', 'arm-new', 'remove-old')
    const ask = ['--entrypoint', 'wget', rollout.image, '-q', '-O', '-', `http://${name}:8080/`]
    expect(await stage.cli('run', '--rm', '--network', networks[1] ?? '', ...ask)).toBe('2')
  })

  test('leave the old instance its addresses when it is withdrawn from the names, and give it those back', async () => {
    const { networks, run } = await options('withdrawn')
    const { name, rollout } = await planMove('withdrawn', { order: 'start-first', options: run })
    const endpoint = async () => {
      const text = await stage.cli('inspect', '-f', '{{json .NetworkSettings.Networks}}', rollout.oldInstance)
      return JSON.parse(text)[networks[0] ?? '']
    }
    await stage.bring(rollout, ...prepare, 'start-new', 'connect-new', 'rename-old', 'rename-new')
    const before = await endpoint()

    const withdrawn = expectBoth(await stage.bring(rollout, 'withdraw-old'))

    expect(withdrawn.old).toMatchObject({ status: 'running', connected: false })
    expect(withdrawn.fresh).toMatchObject({ status: 'running', connected: true })
    const now = await endpoint()
    expect(now.DNSNames).not.toContain('front')
    expect([now.IPAddress, now.MacAddress]).toEqual([before.IPAddress, before.MacAddress])

    const facts = await stage.bring(rollout, 'stop-new', 'rename-new-back', 'rename-old-back', 'connect-old')
    expect(facts.old).toMatchObject({ name, status: 'running', connected: true })
    expect((await endpoint()).Aliases).toEqual(['front'])
  })

  test('give the old instance its names back, also when it was taken off a network', async () => {
    const { networks, run } = await options('undo')
    const { name, rollout } = await planMove('undo', { order: 'start-first', options: run })
    await stage.bring(rollout, ...prepare, 'start-new', 'rename-old', 'rename-new', 'connect-new')
    await stage.cli('network', 'disconnect', networks[0] ?? '', rollout.oldInstance)
    expect((await stage.bring(rollout)).old?.connected).toBe(false)

    const facts = await stage.bring(rollout, 'stop-new', 'rename-new-back', 'rename-old-back', 'connect-old')

    expect(facts.old).toMatchObject({ name, status: 'running', connected: true })
    const aliases = await stage.cli('inspect', '-f', '{{json .NetworkSettings.Networks}}', name)
    expect(JSON.parse(aliases)[networks[0] ?? ''].Aliases).toEqual(['front'])
  })
})

describe('names', () => {
  test('of an instance that an earlier rollout left are freed for the next, and it goes once that has succeeded', async () => {
    const { name, rollout } = await planMove('twice')
    const done = await stage.bring(rollout, ...prepare, ...stopFirst)
    const second: Rollout = {
      ...rollout,
      id: `${rollout.id}-second`,
      oldInstance: done.new?.id ?? '',
      digest: (await stage.push(name, { version: '3' })).digest,
      fromImage: done.new?.image ?? '',
    }

    const facts = await stage.bring(second, ...prepare, ...stopFirst)

    expect(facts.old?.name).toBe(`${name}.longshore-prev`)
    expect(facts.new?.name).toBe(name)
    const left = (await stage.bring(rollout)).old
    expect(left).toMatchObject({ name: `${name}.longshore-prev.${left?.id.slice(0, 12)}`, status: 'exited' })
    const listed = await stage.target.listWorkloads(stage.signal)
    expect(listed.filter((each) => each.name.startsWith(name))).toMatchObject([
      { name, note: expect.stringContaining(`is kept as ${left?.name} until`) },
    ])
    await stage.bring({ ...second, stage: 'kept', outcome: 'succeeded' }, 'remove-old')
    expect((await stage.bring(rollout)).old).toBeNull()
    expect((await stage.bring(second)).old).toBeNull()
  })

  test('of what ended rollouts could not remove are freed for the next, once nobody can be working with it', async () => {
    const { name, rollout } = await planMove('leftover')
    const label = ['--label', 'longshore.operation=another', '--label', 'longshore.operation.replaces=gone']
    const next = await stage.cli('create', '--name', `${name}.longshore-next`, ...label, rollout.image)
    const previous = await stage.cli('create', '--name', `${name}.longshore-prev`, ...label, rollout.image)
    const now = () => Date.now() + 2 * 60 * 60_000
    const later = createDockerTarget(openEngine({ name: 'local', host: stage.host, clock: { ...systemClock, now } }))
    const remaining = async () => (await stage.cli('ps', '-aq', '--no-trunc')).split('\n')

    await stage.bring(rollout, 'pull')
    await expect(stage.bring(rollout, 'create')).rejects.toMatchObject({ code: 'TARGET_CONFLICT' })
    expect(await remaining()).toEqual(expect.arrayContaining([next, previous]))
    await later.apply(rollout, 'create', { signal: stage.signal })

    expect(await remaining()).not.toContain(next)
    expect(await stage.cli('inspect', '-f', '{{.Name}}', previous)).toBe(
      `/${name}.longshore-prev.${previous.slice(0, 12)}`,
    )
    expect((await stage.bring(rollout)).new?.name).toBe(`${name}.longshore-next`)
    later.close()
  })

  test('held by a stranger that runs are a conflict, and the stranger stays', async () => {
    const { name, rollout } = await planMove('stranger')
    await stage.cli('run', '-d', '--name', `${name}.longshore-prev`, rollout.image)
    const squatter = await stage.cli('create', '--name', `${name}.longshore-next`, rollout.image)

    await stage.bring(rollout, 'pull')
    await expect(stage.bring(rollout, 'create')).rejects.toMatchObject({ code: 'TARGET_CONFLICT' })
    await stage.cli('rm', squatter)
    await expect(stage.bring(rollout, 'create')).rejects.toMatchObject({ code: 'TARGET_CONFLICT' })
    await expect(stage.bring(rollout, 'rename-old')).rejects.toMatchObject({ code: 'TARGET_CONFLICT' })

    expect(await stage.cli('ps', '-q', '--filter', `name=${name}.longshore-prev`)).not.toBe('')
  })

  test('held by what no label proves to be ours are freed without removing it', async () => {
    const { name, rollout } = await planMove('aside')
    const stranded = await stage.cli('create', '--name', `${name}.longshore-prev`, rollout.image)

    await stage.bring(rollout, 'pull', 'create', 'rename-old')

    const aside = await stage.cli('inspect', '-f', '{{.Name}}', stranded)
    expect(aside).toBe(`/${name}.longshore-prev.${stranded.slice(0, 12)}`)
  })
})

describe('removal', () => {
  test('of the old instance is refused without a label that names it', async () => {
    const { name, rollout } = await planMove('refuse')
    await stage.cli('stop', '-t', '1', name)

    await expect(stage.bring(rollout, 'remove-old')).rejects.toMatchObject({ code: 'TARGET_REFUSED' })
    await stage.bring(rollout, 'pull', 'create')
    const other: Rollout = { ...rollout, oldInstance: await stage.cli('create', rollout.image) }
    await expect(stage.bring(other, 'remove-old')).rejects.toMatchObject({ code: 'TARGET_REFUSED' })
    await expect(stage.bring(other, 'remove-new')).rejects.toMatchObject({ code: 'TARGET_REFUSED' })

    expect(await stage.bring(rollout)).toMatchObject({ old: { name }, new: { status: 'created' } })
    await stage.cli('rm', '-v', other.oldInstance)
  })

  test('of anything that runs is refused by the engine', async () => {
    const { rollout } = await planMove('running')
    await stage.bring(rollout, 'pull', 'create', 'start-new')

    await expect(stage.bring(rollout, 'remove-new')).rejects.toMatchObject({ code: 'TARGET_CONFLICT' })
    await expect(stage.bring(rollout, 'remove-old')).rejects.toMatchObject({ code: 'TARGET_CONFLICT' })
  })
})

describe('a failure tells whose fault it is', () => {
  test('a pull of what was deleted meanwhile', async () => {
    const { name, rollout, to } = await planMove('deleted')
    await deleteManifest(stage.registry, name, to.digest)

    await expect(stage.bring(rollout, 'pull')).rejects.toMatchObject({
      code: 'TARGET_PULL_FAILED',
      message: expect.stringContaining('does not have it any more'),
    })
  })

  test('a pull of an image without this platform', async () => {
    const { rollout } = await planMove('platform', { next: { version: '2', platforms: ['linux/s390x'] } })

    await expect(stage.bring(rollout, 'pull')).rejects.toMatchObject({
      code: 'TARGET_PULL_FAILED',
      message: expect.stringContaining('nothing for this platform'),
    })
  })

  test('a pull from a registry that nobody answers for', async () => {
    const { rollout } = await planMove('silent')

    await expect(stage.bring({ ...rollout, repository: '127.0.0.1:1/gone' }, 'pull')).rejects.toMatchObject({
      code: 'TARGET_PULL_FAILED',
      message: expect.stringContaining('does not reach the registry'),
    })
  })

  test('a program that does not exist', async () => {
    const { rollout } = await planMove('absent', { next: { version: '2', behaviour: 'cannot-start' } })

    await expect(stage.bring(rollout, ...prepare, ...stopFirst)).rejects.toMatchObject({ code: 'TARGET_START_FAILED' })
  })

  test('a port that another container holds', async () => {
    const { rollout, name } = await planMove('port', { options: ['-p', '127.0.0.1:18997:8080'] })
    await stage.bring(rollout, ...prepare, 'disarm-old', 'stop-old')
    await stage.cli('run', '-d', '--name', `${name}-other`, '-p', '127.0.0.1:18997:8080', rollout.image)

    await expect(stage.bring(rollout, 'start-new')).rejects.toMatchObject({ code: 'TARGET_CONFLICT' })
    await stage.cli('rm', '-f', `${name}-other`)
  })
})

test('a create whose answer was lost is found by its label, not repeated', async () => {
  const { rollout, name } = await planMove('lost')
  await stage.bring(rollout, 'pull', 'create')
  const first = (await stage.bring(rollout)).new?.id

  await stage.bring(rollout, 'create')

  expect((await stage.bring(rollout)).new?.id).toBe(first)
  expect((await stage.cli('ps', '-aq', '--filter', `name=${name}`)).split('\n')).toHaveLength(2)
})

test('an end by a person is told from an end of its own and from one of ours', async () => {
  const { rollout } = await planMove('hand')
  await stage.bring(rollout, ...prepare, ...stopFirst)
  const id = (await stage.bring(rollout)).new?.id ?? ''

  expect((await stage.bring({ ...rollout, attempted: ['stop-old'] })).old?.stoppedByHand).toBe(false)
  // Detached, because the command may end with the container.
  await stage.cli('exec', '--detach', id, 'kill', '-TERM', '1')
  await stage.cli('wait', id)
  expect((await stage.bring(rollout)).new).toMatchObject({ status: 'exited', stoppedByHand: false })
  await stage.bring(rollout, 'restart-new')
  await stage.cli('stop', id)
  expect((await stage.bring(rollout)).new).toMatchObject({ status: 'exited', stoppedByHand: true })
})

test('rollouts are found by their labels alone', async () => {
  const { rollout } = await planMove('found')
  await stage.bring(rollout, 'pull', 'create')

  const found = await stage.target.findRollouts(stage.signal)

  expect(found.find(({ operation }) => operation === rollout.id)).toEqual({
    operation: rollout.id,
    workload: rollout.workload,
    intent: rollout,
    hasOld: true,
  })
})

test('a tag that named nothing before a rollout names nothing after it went back', async () => {
  const { name, rollout } = await planMove('untagged')
  await stage.cli('tag', rollout.image, `${name}:other`)
  await stage.cli('rmi', rollout.image)
  const untagged: Rollout = { ...rollout, tagBefore: null }

  const created = await stage.bring(untagged, ...prepare)
  expect(created.tagImage).toBe(rollout.toImage)
  const back = await stage.bring(untagged, 'tag-back', 'remove-new')

  expect(back).toMatchObject({ tagImage: null, new: null, old: { status: 'running' } })
  await stage.cli('rmi', `${name}:other`)
})

test('a tag that somebody moved meanwhile is left to them', async () => {
  const { name, rollout } = await planMove('moved')
  await stage.bring(rollout, ...prepare)
  const theirs = await stage.push(`${name}-theirs`, { version: '9' })
  await stage.cli('pull', '-q', theirs.reference)
  await stage.cli('tag', theirs.reference, rollout.image)

  expect((await stage.bring(rollout, 'tag-back')).tagImage).toBe(theirs.configDigest)
})
