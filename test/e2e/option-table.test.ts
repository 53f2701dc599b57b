import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isAtLeast } from '../../src/clients/docker/api-version.ts'
import type { ContainerInspect } from '../../src/clients/docker/shapes.ts'
import { withImageDefaults } from '../../src/targets/engine/image-defaults.ts'
import { tryRun } from '../services/command.ts'
import { startEngine } from '../services/engine.ts'
import { fetchOlderEngine, olderDocker, startOlderEngine } from '../services/older-engine.ts'
import { describeWithServices } from '../services/shared.ts'
import { nowhere, type OptionCase } from './option-case.ts'
import { optionCases, optionGroups, optionsOf, optionsWithoutTrace } from './option-cases.ts'
import { anonymousVolumes, decided, decidedByImage, decidedByUser, givenByImage, shows } from './option-compare.ts'
import { compareDocument, table, unknownCell } from './option-document.ts'
import { drawFrom, drawPairs, isKnownTo } from './option-draw.ts'
import { sharedSettings } from './option-image-side.ts'
import { setStage, type Stage } from './option-stage.ts'

const pairsCount = 150
/** Pairs whose containers run too; starting takes time. */
const startedPairsCount = 6
/** Places of what is compared at once. */
const lanes = [0, 1, 2, 3]

const engines = ['26.1', '20.10'] as const
type EngineName = (typeof engines)[number]
/** Any numbers; the same one draws the same pairs. */
const seeds: Readonly<Record<EngineName, number>> = { '26.1': 41, '20.10': 42 }
const found = new Map<string, string>()
const note = (engine: EngineName, row: string, result: string) => found.set(`${engine} ${row}`, result)
const cells = (row: string) => engines.map((engine) => found.get(`${engine} ${row}`) ?? unknownCell)

const names = optionCases(nowhere).map(({ name, isStarted = false }, index) => ({ name, index, isStarted }))

describeWithServices('the option table', () => {
  describe.each(engines)('on engine %s', (engine) => {
    let stage: Stage
    let plain: ContainerInspect
    let stop = () => Promise.resolve()
    beforeAll(async () => {
      if (engine === '20.10') await fetchOlderEngine((line) => void process.stdout.write(`${line}\n`))
      const running = engine === '20.10' ? await startOlderEngine() : await startEngine()
      stop = () => running.stop()
      stage = await setStage(running.host, engine === '20.10' ? olderDocker : 'docker')
      plain = await stage.inspect(await stage.create('old', { options: [] }))
    })
    afterAll(async () => {
      await stage?.close()
      await stop()
    })

    describe('keeps all that its user set when the image changes', () => {
      // Those that run share addresses and ports; the others do not mind each other.
      test.concurrent.for(names.filter(({ isStarted }) => !isStarted))('$name', look)
      test.for(names.filter(({ isStarted }) => isStarted))('$name', look)
    })

    async function look({ name, index }: (typeof names)[number]): Promise<void> {
      const [given] = optionCases(stage.subjects).slice(index)
      if (given === undefined) throw new Error(`there is no case ${name}`)
      if (!isKnownTo(stage.apiVersion, given)) {
        await expectUnknown(given)
        note(engine, `${index}`, `not on this engine (API ${given.since})`)
        return
      }
      await expectKept(given)
      const { unseen, leftOut } = given
      const isUnseen = unseen && isAtLeast(stage.apiVersion, unseen.from)
      note(
        engine,
        `${index}`,
        isUnseen ? `leaves nothing: ${unseen.why}` : leftOut ? `left out: ${leftOut.why}` : 'kept',
      )
    }

    test(`${pairsCount} pairs of options`, async () => {
      const places = lanes.map((lane) => {
        const known = optionCases(stage.at(lane)).filter((each) => isKnownTo(stage.apiVersion, each))
        const pairs = drawPairs(known, pairsCount, drawFrom(seeds[engine]))
        return pairs.filter((_pair, index) => index % lanes.length === lane)
      })

      const failures = await Promise.all(places.map((pairs) => failuresOf(pairs, false)))

      expect(failures.flat()).toEqual([])
      note(engine, 'pairs', `${places.flat().length} kept`)
    })

    test(`${startedPairsCount} pairs of options of containers that run`, async () => {
      const known = optionCases(stage.subjects).filter((each) => isKnownTo(stage.apiVersion, each))
      const running = known.filter(({ neverStarts }) => neverStarts === undefined)
      const pairs = drawPairs(running, startedPairsCount, drawFrom(seeds[engine] + 100))

      expect(await failuresOf(pairs, true)).toEqual([])
      note(engine, 'started pairs', `${pairs.length} kept`)
    })

    describe('the new image’s own', () => {
      test.for(sharedSettings)(
        '$name, where the user did not say it and where they did',
        async ({ name, said, own, read }) => {
          const silent = await replaced({ options: [] })
          const outspoken = await replaced(said)

          const image = stage.newImage.Config ?? {}
          expect(read(silent)).toEqual(read(image))
          expect(read(outspoken)).toEqual(read(own))
          const others = sharedSettings.filter((other) => !touch(other.read(own), other.read({})))
          for (const other of others) expect(other.read(outspoken)).toEqual(other.read(image))
          note(engine, `image ${name}`, 'the new image’s')
          note(engine, `user ${name}`, 'the user’s')
        },
      )
    })

    async function failuresOf(pairs: readonly OptionCase[], isStarted: boolean): Promise<readonly string[]> {
      const failures: string[] = []
      for (const { isStarted: _alone, ...pair } of pairs) {
        const given = { ...pair, ...(isStarted && { isStarted }) }
        await expectKept(given).catch((error: unknown) => failures.push(`${pair.name}: ${String(error)}`))
      }
      return failures
    }

    async function expectKept(given: OptionCase): Promise<void> {
      const oldName = await stage.create('old', given)
      const before = await settle(oldName, given)
      const { id, carried } = await stage.replace(before)
      // Ports and addresses that both would take.
      if (given.isStarted) await stage.kill(oldName)
      const after = await settle(id, given)
      const wantedName = await stage.create('new', given)
      const wanted = await stage.inspect(wantedName)

      expectSeen(given, before)
      expect(decidedByUser(after)).toEqual(decidedByUser(before))
      // What an engine adds at the start is not on one that was only created.
      if (given.isStarted) expect(decidedByImage(after)).toEqual(decidedByImage(wanted))
      else expect(decided(after)).toEqual(decided(wanted))
      // What the preview of changed settings rests on.
      expect(givenByImage(after.Config)).toEqual(
        givenByImage(withImageDefaults(carried.body, stage.newImage.Config ?? {})),
      )
      const volumes = anonymousVolumes(after)
      const expected = new Set([...anonymousVolumes(before).keys(), ...anonymousVolumes(wanted).keys()])
      expect([...volumes.keys()].toSorted()).toEqual([...expected].toSorted())
      expect([...volumes]).toEqual(expect.arrayContaining([...anonymousVolumes(before)]))
      if (given.leftOut !== undefined) expect(after.HostConfig[given.leftOut.field]).toBe('')

      await stage.remove(oldName, id, wantedName)
    }

    /** That a case is about something: its container differs from one that was given nothing. */
    function expectSeen(
      { name, mayBeUnseen, unseen, leftOut, since, body }: OptionCase,
      before: ContainerInspect,
    ): void {
      const isUnseen = unseen !== undefined && isAtLeast(stage.apiVersion, unseen.from)
      if (isUnseen) expect(decided(before)).toEqual(decided(plain))
      else if (leftOut !== undefined) expect(before.HostConfig[leftOut.field]).not.toBe('')
      else if (mayBeUnseen !== true) expect(decided(before), name).not.toEqual(decided(plain))
      if (since !== undefined && body !== undefined) expect(shows(before, body), name).toBe(true)
    }

    /** The engine and its own command refuse what they do not know; through the API, the engine may leave it out. */
    async function expectUnknown(given: OptionCase): Promise<void> {
      const created = await stage.create('old', given).catch(() => undefined)
      if (created === undefined) return
      expect(shows(await stage.inspect(created), given.body ?? {}), given.name).toBe(false)
      expect(given.body, `${given.name} is not refused`).toBeDefined()
      await stage.remove(created)
    }

    async function settle(name: string, { isStarted }: OptionCase): Promise<ContainerInspect> {
      if (isStarted) await stage.start(name)
      return stage.inspect(name)
    }

    async function replaced(said: Pick<OptionCase, 'options' | 'command'>): Promise<ContainerInspect['Config']> {
      const old = await stage.create('old', said)
      const { id } = await stage.replace(await stage.inspect(old))
      const { Config } = await stage.inspect(id)
      await stage.remove(old, id)
      const { 'longshore.operation': _, ...labels } = Config.Labels ?? {}
      return { ...Config, Labels: labels }
    }
  })

  test('the cases cover every option of `docker create`', async () => {
    const { stdout: help } = await tryRun('docker', ['create', '--help'])
    const known = [...help.matchAll(/^\s+(?:-\w, )?--([a-z0-9-]+)/gm)].map(([, option]) => option ?? '')
    const covered = new Set(optionCases(nowhere).flatMap(({ options }) => optionsOf(options)))

    expect(known.length).toBeGreaterThan(90)
    expect(known.filter((option) => !covered.has(option) && !optionsWithoutTrace.has(option))).toEqual([])
  })

  test('docs/option-table.md says what this run found', async () => {
    const head = engines.map((engine) => `engine ${engine}`)
    let index = -1
    const groups = optionGroups(nowhere).map(({ title, cases }) => {
      const rows = cases.map(({ name }) => [`\`${name}\``, ...cells(`${(index += 1)}`)])
      return `### ${title}\n\n${table(['option', ...head], rows)}`
    })
    const pairs = [
      ['drawn at random, created', ...cells('pairs')],
      ['drawn at random, running', ...cells('started pairs')],
    ]
    const image = sharedSettings.map(({ name }) => [name, ...cells(`image ${name}`), ...cells(`user ${name}`)])
    const imageHead = [...head.map((each) => `not said, ${each}`), ...head.map((each) => `said, ${each}`)]
    const text = [
      ...groups,
      `### Pairs of options\n\n${table(['pairs', ...head], pairs)}`,
      `### The image’s side\n\n${table(['setting', ...imageHead], image)}`,
    ].join('\n\n')

    const { is, shouldBe } = await compareDocument('options', text)

    expect(is).toBe(shouldBe)
  })
})

/** Whether a setting of one is said by the other: entrypoint and command belong together. */
function touch(one: unknown, nothing: unknown): boolean {
  return JSON.stringify(one) !== JSON.stringify(nothing)
}
