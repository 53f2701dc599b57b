import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { familiarName, parseReference } from '../../src/image/reference.ts'
import { planRollout } from '../../src/rollout/plan.ts'
import {
  effectKinds,
  isComposeEffect,
  isReplaceEffect,
  type EffectKind,
  type Order,
  type Rollout,
} from '../../src/rollout/rollout.ts'
import { isOf, type Target, type TargetChange, type Workload } from '../../src/targets/target.ts'
import type { ImageSettings } from '../services/image-content.ts'
import type { PushedImage } from '../services/images.ts'
import { uniqueName } from '../services/shared.ts'
import { waitUntil } from '../services/wait.ts'

/** A place where workloads of one kind run, and the adapter under test on it. */
export interface TargetHarness {
  readonly target: Target
  /** The same adapter where nobody answers. */
  readonly unreachable: Target
  /** To a registry that the place pulls from. */
  push(repository: string, settings: ImageSettings & { readonly tag: string }): Promise<PushedImage>
  /** Runs a workload as its owner does; a name that is taken is made anew. */
  run(name: string, image: string, labels?: Readonly<Record<string, string>>): Promise<void>
  /** Its name as the target tells it. */
  nameOf(name: string): string
  /** Runs something that is no workload of this kind, of an image. */
  useElsewhere(name: string, image: string): Promise<void>
  /** Removes every instance of a workload, or what was run elsewhere. */
  clear(name: string): Promise<void>
  /** Takes a tag away, as its owner does. */
  untag(image: string): Promise<void>
  /** Prints a line as the workload's own program would, again and again. */
  print(name: string, line: string, times: number): Promise<void>
  /** Whether the place has the image, by its id. */
  hasImage(id: string): Promise<boolean>
  /** All that there is: instances with their ids, names and states, images with their names, files with their bytes. */
  look(): Promise<unknown>
  /** The files that define a workload, with their bytes; none where there are none. */
  files(name: string): Promise<unknown>
  /** Effects in the order in which the machine asks for them: to the new version, and back again. */
  readonly ways: readonly {
    readonly order: Order
    readonly there: readonly EffectKind[]
    readonly back: readonly EffectKind[]
  }[]
  /** The one after which a look at the place alone tells that there was a rollout. */
  readonly traces: readonly EffectKind[]
  /** Ends the place without warning, until `comeBack`. */
  goAway(): Promise<void>
  comeBack(): Promise<void>
  close(): Promise<void>
}

export interface TargetKitOptions {
  readonly open: () => Promise<TargetHarness>
}

const { signal } = new AbortController()

/** What every adapter of a target promises. */
export function targetKit(kind: string, { open }: TargetKitOptions): void {
  describe(kind, () => {
    let harness: TargetHarness
    let target: Target
    /** One that no test changes. */
    let standing: Awaited<ReturnType<typeof stage>>
    beforeAll(async () => {
      harness = await open()
      target = harness.target
      standing = await stage('stop-first', { env: { TOKEN: 'sesame-open' } })
    }, 60_000)
    afterAll(() => harness?.close(), 60_000)

    const find = async (name: string): Promise<Workload> => {
      const found = (await target.listWorkloads(signal)).find((each) => each.name === harness.nameOf(name))
      if (found === undefined) throw new Error(`${name} is not listed`)
      return found
    }

    /** A workload of the tag 1 whose move to the tag 2 is planned. */
    async function stage(order: Order = 'stop-first', settings: Partial<ImageSettings> = {}) {
      const name = uniqueName('kit')
      // Many checks of health at once would only keep the machine busy.
      const from = await harness.push(name, { version: '1', tag: '1', healthcheck: false, ...settings })
      const to = await harness.push(name, { version: '2', tag: '2', healthcheck: false })
      await harness.run(name, from.reference)
      const workload = await find(name)
      const draft = await planMove(target, workload, to, order)
      return { name, from, to, workload, rollout: draft }
    }

    /** Brings effects about, each twice: the second time has to change nothing. */
    async function bring(rollout: Rollout, effects: readonly EffectKind[], snapshot?: unknown): Promise<void> {
      for (const effect of effects) {
        await target.apply(rollout, effect, { signal, snapshot })
        const once = await harness.look()
        await target.apply(rollout, effect, { signal, snapshot })
        expect(await harness.look(), `${effect} for the second time`).toEqual(once)
      }
    }

    /** As the store keeps it. */
    const capture = async (rollout: Rollout): Promise<unknown> =>
      JSON.parse(JSON.stringify(await target.capture(rollout, signal)))

    test('a workload keeps its id, which begins with target and kind, when its instance is made anew', async () => {
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

    test.each(['stop-first', 'start-first'] as const)(
      '%s: each effect done twice is done once, there and back again',
      async (order) => {
        const way = harness.ways.find((each) => each.order === order)
        if (way === undefined) return
        const { name, from, to } = await stage(order)
        await harness.run(name, from.reference, { 'longshore.policy': 'digest' })
        const workload = await find(name)
        const rollout = await planMove(target, workload, to, order)
        const files = await harness.files(name)
        const snapshot = await capture(rollout)

        await bring(rollout, way.there)
        const there = await find(name)
        await bring(rollout, way.back, snapshot)
        const back = await find(name)

        expect(there).toMatchObject({ id: workload.id, imageId: to.configDigest, isRunning: true, leftAlone: null })
        expect(there.image).toBe(rollout.image)
        expect(back).toMatchObject({
          id: workload.id,
          image: workload.image,
          imageId: workload.imageId,
          isRunning: true,
          scale: 1,
          restart: workload.restart,
          leftAlone: null,
        })
        expect(ownersLabels(back)).toEqual(ownersLabels(workload))
        expect(await harness.files(name)).toEqual(files)
      },
    )

    test('what is captured is plain data, and cannot be had of what is gone', async () => {
      const { rollout } = standing

      const captured = await target.capture(rollout, signal)

      expect(JSON.parse(JSON.stringify(captured))).toEqual(captured)
      expect(captured).toBeTruthy()
      const gone = { ...rollout, name: harness.nameOf(uniqueName('gone')), oldInstance: 'f'.repeat(64) }
      await expect(target.capture(gone, signal)).rejects.toMatchObject({ code: 'TARGET_NOT_FOUND' })
    })

    test('looking changes nothing', async () => {
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

    test('a look tells what an effect left', async () => {
      const { rollout, to } = await stage()
      const facts = () => target.observe(rollout, signal)
      expect(await facts()).toMatchObject({ candidateImage: null, tagImage: null, isProtected: false })

      await bring(rollout, ['pull', 'protect'])

      expect(await facts()).toMatchObject({ candidateImage: to.configDigest, isProtected: true })
    })

    test('a rollout is found by what it left, and only where it was', async () => {
      const { rollout } = await stage()
      const other = standing
      const found = async () => (await target.findRollouts(signal)).map(({ workload }) => workload)
      expect(await found()).not.toContain(rollout.workload)

      await bring(rollout, harness.traces)

      expect((await found()).filter((each) => each === rollout.workload)).toEqual([rollout.workload])
      expect(await found()).not.toContain(other.workload.id)
    })

    test('an image that anything uses is never removed, and goes when nothing does', async () => {
      const { name, from, rollout } = await stage()
      const { workload, repository, fromImage } = rollout
      const prune = () => target.prune?.({ workload, repository, digest: from.digest, image: fromImage }, signal)
      if (target.prune === undefined) return
      await bring(rollout, ['pull', 'protect'])
      expect([await prune(), await harness.hasImage(fromImage)]).toEqual([false, true])

      await harness.useElsewhere(`${name}-other`, from.reference)
      await bring(rollout, harness.ways[0]?.there ?? [])
      expect([await prune(), await harness.hasImage(fromImage)]).toEqual([false, true])

      const its = { workload: standing.rollout.workload, repository: 'of-another', digest: null, image: fromImage }
      expect([await target.prune(its, signal), await harness.hasImage(fromImage)]).toEqual([false, true])
      await harness.clear(name)
      await harness.clear(`${name}-other`)
      await harness.untag(from.reference)
      expect([await prune(), await harness.hasImage(fromImage)]).toEqual([true, false])
    })

    test('the end of what was printed is read, at most 4 KiB and without values of the environment', async () => {
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
      const { workload } = standing
      const config = { config: { Env: ['VERSION=sesame'], WorkingDir: '/tmp', Cmd: ['/app'] } }

      const changes = await target.previewSettings(workload, config, signal)

      expect(changes).toContainEqual({ setting: 'working directory', from: '(unset)', to: '/tmp' })
      expect(JSON.stringify(changes)).toContain('VERSION')
      expect(JSON.stringify(changes)).not.toContain('sesame')
    })

    test('an endpoint that does not answer is unavailable, and waited for as long as we are told', async () => {
      const { rollout, workload } = standing
      const unavailable = { code: 'TARGET_UNAVAILABLE' }
      const { unreachable } = harness

      await expect(unreachable.listWorkloads(signal)).rejects.toMatchObject(unavailable)
      await expect(unreachable.observe(rollout, signal)).rejects.toMatchObject(unavailable)
      await expect(unreachable.apply(rollout, 'pull', { signal })).rejects.toMatchObject(unavailable)
      await expect(unreachable.capture(rollout, signal)).rejects.toMatchObject(unavailable)
      await expect(unreachable.findRollouts(signal)).rejects.toMatchObject(unavailable)
      await expect(unreachable.readLogTail(workload.instance, signal)).rejects.toMatchObject(unavailable)
      const soon = AbortSignal.timeout(100)
      await expect(unreachable.waitUntilAvailable(soon)).rejects.toMatchObject({ code: 'ABORTED' })
    })

    test('what cannot be done is told by whose turn it is', async () => {
      const { name, rollout } = standing
      const missing = { ...rollout, repository: `${rollout.repository}-missing` }
      const isOwn = target.procedure === 'compose' ? isComposeEffect : isReplaceEffect
      const foreign = effectKinds.filter((each) => !isOwn(each))

      await expect(target.apply(missing, 'pull', { signal })).rejects.toMatchObject({ code: 'TARGET_PULL_FAILED' })
      await expect(target.readLogTail('f'.repeat(64), signal)).rejects.toMatchObject({ code: 'TARGET_NOT_FOUND' })
      for (const each of foreign) {
        await expect(target.apply(rollout, each, { signal })).rejects.toMatchObject({ code: 'INTERNAL' })
      }
      expect((await find(name)).isRunning).toBe(true)
    })

    test('a signal that has fired keeps an effect from beginning', async () => {
      const { rollout } = standing
      const before = await harness.look()

      await expect(target.apply(rollout, 'pull', { signal: AbortSignal.abort() })).rejects.toMatchObject({
        code: 'ABORTED',
      })

      expect(await harness.look()).toEqual(before)
    })

    test('changes are told, and after a break that everything is to be looked at', async () => {
      if (target.watch === undefined) return
      const { name, from, workload } = standing
      const stop = new AbortController()
      const changes: TargetChange[] = []
      const watching = target.watch((change) => changes.push(change), stop.signal)
      const isTold = () => changes.some((each) => each.kind === 'changed' && each.workload === workload.id)

      // What happened before the stream is open need not be told.
      await waitUntil('a change is told', async () => {
        await harness.run(name, from.reference)
        return isTold()
      })
      expect(changes.filter(({ kind: what }) => what === 'resync')).toEqual([])

      await harness.goAway()
      const waiting = target.waitUntilAvailable(AbortSignal.timeout(30_000))
      await harness.comeBack()
      await waiting
      await waitUntil('a resync is told', () => changes.some(({ kind: what }) => what === 'resync'))
      changes.length = 0
      await waitUntil('a change is told again', async () => {
        await harness.run(name, from.reference)
        return isTold()
      })

      stop.abort()
      await watching
    })
  })
}

/** Others may belong to what carries the rollout out. */
const ownersLabels = ({ labels }: Workload) => Object.entries(labels).filter(([key]) => key.startsWith('longshore.'))

/** The move of a workload to another tag of its repository. */
export async function planMove(target: Target, workload: Workload, to: PushedImage, order: Order): Promise<Rollout> {
  const preparation = await target.prepare?.(workload, to.reference, signal)
  if (preparation?.kind === 'held') throw new Error(`it is held: ${preparation.reason.sentence}`)
  const reference = parseReference(to.reference)
  const draft = planRollout({
    id: uniqueName('operation'),
    workload: workload.id,
    target: target.name,
    name: workload.name,
    procedure: target.procedure,
    oldInstance: workload.instance,
    scale: workload.scale,
    image: to.reference,
    fromReference: workload.image,
    definition: preparation?.definition ?? null,
    repository: familiarName(reference),
    tag: reference.tag ?? 'latest',
    digest: to.digest,
    fromDigest: null,
    fromImage: workload.imageId,
    tagBefore: null,
    order,
    gate: { stableMs: 100, minUptimeMs: 100, deadlineMs: 10_000, probe: null },
    restart: workload.restart,
    keepOldMs: 0,
    keepImages: 1,
    policy: 'digest',
    createdAt: new Date().toISOString(),
  })
  return { ...draft, toImage: to.configDigest }
}
