import { resolve } from 'node:path'
import type { EventReport, EventsAnswer, TrailQuery } from '../../app/answers/read-events.ts'
import { controlSocket } from '../../contract/control.ts'
import { toAppError } from '../../errors.ts'
import type { Doors, GlobalOptions, Output } from '../doors.ts'
import { isServed } from '../open-control.ts'
import { createRemoteControl } from '../remote-control.ts'
import { clockTime, stepsOf } from './event-steps.ts'
import { heardSince } from './heard-words.ts'

interface FollowOptions extends GlobalOptions {
  readonly output: Output
}

/** How often the service is asked. */
const pollMs = 1_000

/** How often it is tried while there is none, or none that can tell. */
const awayMs = 1_000

/** With the last that was told, as many as one question may name. */
const openMax = 499
const pageMax = 5_000

/** The trail keeps that many events at the least. */
const keptMin = 5_000

/** Shows what comes and what becomes of it, over restarts of the service and of its database, until asked to stop. */
export async function followEvents(doors: Doors, options: FollowOptions, query: TrailQuery): Promise<void> {
  const { stateFolder } = await doors.checkConfig(options)
  const socket = controlSocket(resolve(stateFolder))
  const control = createRemoteControl(socket)
  const teller = createTeller(doors, options.output, query)
  let told: string | null = null
  let asked = query
  while (!doors.stop.aborted) {
    const answer = (await isServed(socket)) ? await control.events(asked).catch(toAway) : nobody
    const away = typeof answer === 'string' ? answer : null
    if (away !== null && away !== told) doors.tell(`${away}\n`)
    told = away
    if (typeof answer !== 'string') asked = teller.tell(answer)
    await doors.sleep(away === null ? pollMs : awayMs, doors.stop)
  }
}

const nobody = 'No service listens; waiting for one.'

/** The service or its state may go away at any moment, and come back. @throws what is no going away */
function toAway(error: unknown): string {
  const { code, message } = toAppError(error)
  if (code === 'CONTROL_UNREACHABLE') return nobody
  if (code === 'STATE_UNAVAILABLE') return `The service has no state now; waiting until it has: ${message}`
  throw error
}

/** Tells what is new in an answer. @returns what to ask for next */
function createTeller(doors: Pick<Doors, 'print' | 'tell'>, output: Output, query: TrailQuery) {
  const open = new Map<number, { readonly told: Set<string>; shown: string }>()
  let last: EventReport | null = null
  let wanted: TrailQuery = { ...query, limit: pageMax }
  let heard: EventsAnswer['heard'] | 'not asked yet' = 'not asked yet'

  const tellEvent = (event: EventReport): void => {
    const known = open.get(event.id) ?? { told: new Set<string>(), shown: '' }
    if (event.isOver) open.delete(event.id)
    else open.set(event.id, known)
    if (output === 'json') {
      const line = JSON.stringify(event)
      if (line !== known.shown) doors.print(line)
      known.shown = line
      return
    }
    for (const { at, key, text } of stepsOf(event)) {
      if (!known.told.has(key)) doors.print(`${clockTime(at)} ${text}`)
      known.told.add(key)
    }
  }

  /** Of another state its ids mean other events, or none so far: by its times it is told what was told before. */
  const beginAnew = (): TrailQuery => {
    doors.tell('The state is another one than before, such as a backup; going on with what came since.\n')
    open.clear()
    if (last !== null) wanted = { ...wanted, since: last.receivedAt }
    last = null
    return wanted
  }

  /**
   * Whether ids mean other events than before. The greatest of them says nothing of that: as many as were lost may have
   * come since. What was told last has to be there still, as it was, unless so many followed that it is not kept.
   */
  const isAnother = ({ events, newestId }: EventsAnswer): boolean => {
    if (last === null || newestId === undefined) return false
    const { id } = last
    const found = events.find((each) => each.id === id)
    return found === undefined ? newestId - id < keptMin : !isSame(found, last)
  }

  return {
    tell(answer: EventsAnswer): TrailQuery {
      if (isAnother(answer)) return beginAnew()
      for (const event of answer.events.toReversed()) {
        const isNew = last === null || event.id > last.id
        if (isNew) last = event
        if (isNew || open.has(event.id)) tellEvent(event)
      }
      // The oldest give way: what becomes of them stands in the list.
      for (const id of [...open.keys()].slice(0, Math.max(0, open.size - openMax))) open.delete(id)
      if (heard !== 'not asked yet' && output === 'table') {
        const now = clockTime(new Date().toISOString())
        for (const line of heardSince(heard, answer.heard)) doors.print(`${now} ${line}`)
      }
      heard = answer.heard
      const also = new Set([...open.keys(), ...(last === null ? [] : [last.id])])
      return { ...wanted, after: last?.id ?? 0, also: [...also] }
    },
  }
}

/** Whether it came in as the same event, whatever became of it. */
const isSame = (one: EventReport, other: EventReport): boolean =>
  (['receivedAt', 'source', 'kind', 'registry', 'repository', 'tag'] as const).every((key) => one[key] === other[key])
