import { describe, expect, test } from 'vitest'
import { createFakeControl, decided, rolled } from '../../test/fakes/control.ts'
import { digest } from '../../test/fakes/decide-input.ts'
import { checkedConfig, fakeDoors } from '../../test/fakes/doors.ts'
import { serveControl } from '../../test/fakes/served-control.ts'
import type { FollowedControl, Progress } from '../app/answers/read-progress.ts'
import { AppError } from '../errors.ts'
import type { Doors } from './doors.ts'
import { runProgram } from './program.ts'

const web = 'local/container/web'
const later = '2026-11-20T12:00:05.000Z'

/** How a workload stands each time it is asked for; the last stays. */
function stages(...all: readonly Omit<Progress, 'workload' | 'saidAt'>[]): FollowedControl['progress'] {
  let asked = 0
  return async () => ({
    workload: web,
    saidAt: null,
    ...(all[Math.min(asked++, all.length - 1)] ?? { decision: null, rollout: null }),
  })
}

const before = { decision: decided('current', 'CURRENT'), rollout: null }
const rolledOut = { decision: decided('current', 'PINNED', later), rollout: rolled() }

/** The command line beside a service with such a control. */
async function beside(scripted: Partial<FollowedControl> = {}, given: Partial<Doors> = {}) {
  const { control, called } = createFakeControl({ progress: stages(before, rolledOut), ...scripted })
  const service = await serveControl(control)
  const { doors, printed, told } = fakeDoors({
    checkConfig: async () => checkedConfig(service.stateFolder),
    ...given,
  })
  const words = () => called.filter(([name]) => name !== 'progress')
  return { service, words, printed, told, run: (...args: readonly string[]) => runProgram(doors, '1.2.3', args) }
}

const by = { actor: 'alice', reason: null }

describe('what is said', () => {
  const commands: readonly { readonly line: string; readonly call: readonly unknown[] }[] = [
    { line: 'pin web 1.4', call: ['pin', 'web', '1.4', by] },
    { line: 'unpin web', call: ['unpin', 'web', by] },
    { line: 'pause', call: ['pause', null, null, by] },
    { line: 'pause web --for 2h', call: ['pause', 'web', 7_200_000, by] },
    { line: 'resume', call: ['resume', null, by] },
    { line: 'resume web', call: ['resume', 'web', by] },
    { line: 'rollback web', call: ['rollBack', 'web', null, by] },
    { line: 'rollback web --to abc123', call: ['rollBack', 'web', 'abc123', by] },
    { line: 'deploy web', call: ['deploy', 'web', null, by] },
    { line: `deploy web ${digest('4')}`, call: ['deploy', 'web', digest('4'), by] },
    { line: 'quarantine release web', call: ['releaseQuarantine', 'web', null, by] },
    { line: 'quarantine release web abc', call: ['releaseQuarantine', 'web', 'abc', by] },
  ]

  test.each(commands)('`$line` reaches the service, with who said it', async ({ line, call }) => {
    const { run, words } = await beside()

    expect(await run(...line.split(' '))).toBe(0)

    expect(words()).toEqual([call])
  })

  test.each(commands)('`$line --reason` keeps the reason', async ({ line, call }) => {
    const { run, words } = await beside()

    expect(await run(...line.split(' '), '--reason', ' the sale is on ')).toBe(0)

    expect(words()).toEqual([[...call.slice(0, -1), { actor: 'alice', reason: 'the sale is on' }]])
  })

  test.each(commands)('`$line` fails as the service does', async ({ line, call: [name] }) => {
    const error = new AppError('WORKLOAD_AMBIGUOUS', 'several workloads are called web')
    const { run, printed, told } = await beside({ [String(name)]: () => Promise.reject(error) })

    expect(await run(...line.split(' '))).toBe(2)

    expect(told.join('')).toBe(`WORKLOAD_AMBIGUOUS: ${error.message}\n${error.hint}\n`)
    expect(printed).toEqual([])
  })

  test.each([
    ['pause --for soon', /--for must be a whole number with a unit/],
    ['pause --for 0s', /--for must be at least 1s/],
    ['pin web', /missing required argument 'tag'/],
    ['quarantine', /list[\s\S]*release/],
  ])('`%s` is a mistake, and nothing is said', async (line, told) => {
    const outside = await beside()

    expect(await outside.run(...line.split(' '))).toBe(2)

    expect(outside.told.join('')).toMatch(told)
    expect(outside.words()).toEqual([])
  })
})

describe('what comes of it', () => {
  test('is waited for, and told below the answer', async () => {
    const { run, printed } = await beside()

    expect(await run('pin', 'web', '1.4')).toBe(0)

    expect(printed).toEqual(['so it is', 'succeeded: healthy for 10 s; gap 142 ms'])
  })

  test.each(['rolled-back', 'failed', 'needs-human'] as const)(
    'a rollout that ended %s makes it exit 1',
    async (outcome) => {
      const reason = { code: 'EXITED', sentence: 'it exited with 1' }
      const rollout = rolled({ outcome, reason, logTail: 'starting\nFATAL no database\n' })
      const held = { decision: decided('held', 'QUARANTINED', later), rollout }
      const { run, printed } = await beside({ progress: stages(before, held) })

      expect(await run('deploy', 'web', '1.4')).toBe(1)

      expect(printed[1]).toBe(
        `${outcome.replace('-', ' ')}: it exited with 1\n| starting\n| FATAL no database\nheld: so says QUARANTINED`,
      )
    },
  )

  test.each([
    ['held', 'ROLLOUTS_PAUSED', 0],
    ['held', 'COMPOSE_DRIFT', 1],
    ['held', 'IMAGE_NOT_EDITABLE', 1],
    ['unknown', 'REGISTRY_UNAVAILABLE', 1],
  ] as const)('a workload that is %s by %s is told, with exit code %i', async (state, code, exitCode) => {
    const { run, printed } = await beside({
      progress: stages(before, { decision: decided(state, code, later), rollout: null }),
    })

    expect(await run('pin', 'web', '1.4')).toBe(exitCode)

    expect(printed[1]).toBe(`${state}: so says ${code}`)
  })

  test('is one JSON document for programs', async () => {
    const { run, printed } = await beside()

    expect(await run('pin', 'web', '1.4', '-o', 'json')).toBe(0)

    expect(printed).toHaveLength(1)
    expect(JSON.parse(printed.join(''))).toMatchObject({
      workload: web,
      sentence: 'so it is',
      state: 'current',
      code: 'PINNED',
      rollout: { id: 'rollout-1', outcome: 'succeeded', toDigest: digest('2'), gapMs: 142 },
    })
  })

  test('is shown while it is under way', async () => {
    const lines: string[] = []
    const open = { ...before, rollout: rolled({ stage: 'forward', step: 'J4', outcome: null, reason: null }) }
    const back = { ...before, rollout: rolled({ stage: 'back', step: 'R', outcome: 'rolled-back' }) }
    const { run } = await beside(
      { progress: stages(before, before, open, back, rolledOut) },
      { showProgress: (line) => lines.push(line) },
    )

    expect(await run('pin', 'web', '1.4')).toBe(0)

    expect(lines).toEqual([
      `${web}: waiting for its turn`,
      `${web}: rolling out 222222222222, at step J4`,
      `${web}: going back from 222222222222, at step R`,
      '',
    ])
  })

  test('is not waited for with --no-wait', async () => {
    const { run, printed } = await beside({ progress: stages(before) })

    expect(await run('pin', 'web', '1.4', '--no-wait')).toBe(0)

    expect(printed).toEqual(['so it is'])
  })

  test('goes on when the waiting is ended, and that is said', async () => {
    const stop = new AbortController()
    const { run, told, words } = await beside(
      { progress: stages(before) },
      { stop: stop.signal, showProgress: () => stop.abort() },
    )

    expect(await run('pin', 'web', '1.4')).toBe(1)

    expect(told.join('')).toMatch(/the service goes on with it/)
    expect(words()).toHaveLength(1)
  })
})

describe('what is asked', () => {
  test('`why` tells how a workload stands, a sentence a line', async () => {
    const { run, printed } = await beside()

    expect(await run('why', web)).toBe(0)

    expect(printed).toEqual(['It runs web:1.\nNothing holds it.'])
  })

  test('`why` gives programs the state, the code and the digests', async () => {
    const { run, printed } = await beside()

    await run('why', web, '-o', 'json')

    expect(JSON.parse(printed.join(''))).toMatchObject({
      workload: web,
      state: 'current',
      code: 'CURRENT',
      runs: { digest: digest('1') },
      wants: digest('1'),
    })
  })

  test('`quarantine list` shows what failed, and why', async () => {
    const { run, printed } = await beside()

    expect(await run('quarantine', 'list')).toBe(0)

    expect(printed.join('\n')).toMatch(/^WORKLOAD[^\n]+\nlocal\/container\/web +3{12} .*it exited with 1$/)
  })

  test('`quarantine list` says when there is nothing', async () => {
    const { run, printed } = await beside({ quarantines: async () => [] })

    expect(await run('quarantine', 'list')).toBe(0)

    expect(printed).toEqual(['Nothing is quarantined.'])
  })
})
