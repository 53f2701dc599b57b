import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { checkedConfig, fakeDoors } from '../../../test/fakes/doors.ts'
import { startBeat } from '../beat.ts'
import { runHealth } from './health.ts'

let stateFolder: string
beforeEach(() => {
  stateFolder = mkdtempSync(join(tmpdir(), 'longshore-health-'))
})
afterEach(() => {
  vi.useRealTimers()
  rmSync(stateFolder, { recursive: true })
})

const ask = (inMs = 0) => {
  const { doors } = fakeDoors({ checkConfig: async () => checkedConfig(stateFolder) })
  return runHealth(doors, {}, Date.now() + inMs)
}

test('a service that goes on is well', async () => {
  const end = startBeat(
    stateFolder,
    () => [],
    () => {},
  )

  expect(await ask(40_000)).toBe(0)

  end()
})

test('one that was never started, or has ended in order, is not', async () => {
  await expect(ask()).rejects.toMatchObject({ code: 'SERVICE_SILENT' })
  const end = startBeat(
    stateFolder,
    () => [],
    () => {},
  )
  end()

  await expect(ask()).rejects.toMatchObject({ code: 'SERVICE_SILENT' })
})

test.each([50_000, -50_000])('a mark that is %d ms from now is nobody alive', async (inMs) => {
  const end = startBeat(
    stateFolder,
    () => [],
    () => {},
  )

  await expect(ask(inMs)).rejects.toMatchObject({ code: 'SERVICE_SILENT' })

  end()
})

test('a service whose loop is late leaves no mark, says so once, and is well again when that goes on', async () => {
  vi.useFakeTimers()
  let late: readonly string[] = []
  const told: string[] = []
  const end = startBeat(
    stateFolder,
    () => late,
    (line) => told.push(line),
  )

  late = ['local', 'local']
  vi.advanceTimersByTime(60_000)
  await expect(ask()).rejects.toMatchObject({ code: 'SERVICE_SILENT' })
  expect(told).toEqual(['the loop of local does not go on'])

  late = []
  vi.advanceTimersByTime(10_000)
  expect(await ask()).toBe(0)
  end()
})

test('a state that cannot be written is told once', () => {
  vi.useFakeTimers()
  const told: string[] = []
  const end = startBeat(
    join(stateFolder, 'gone'),
    () => [],
    (line) => told.push(line),
  )
  vi.advanceTimersByTime(60_000)

  expect(told).toEqual([expect.stringContaining('no sign of life can be left')])
  end()
})
