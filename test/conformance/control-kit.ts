import { afterEach, describe, expect, test } from 'vitest'
import type { FollowedControl } from '../../src/app/answers/read-progress.ts'
import { AppError, errorTable, type ErrorCode } from '../../src/errors.ts'
import { createFakeControl, everyCall } from '../fakes/control.ts'

/** A way to reach a control, until it is closed. */
export interface Reached {
  readonly control: FollowedControl
  close(): Promise<void>
}

const codes = Object.keys(errorTable) as readonly ErrorCode[] // the keys of a constant

/** What a control promises however it is reached: nothing is lost or changed on the way, errors included. */
export function controlKit(name: string, reach: (control: FollowedControl) => Promise<Reached>): void {
  describe(`control ${name}`, () => {
    let reached: Reached | undefined

    afterEach(async () => {
      await reached?.close()
      reached = undefined
    })

    const call = (control: FollowedControl, { method, args }: (typeof everyCall)[number]): Promise<unknown> =>
      Reflect.apply(control[method], control, [...args]) // the arguments stand beside the method that takes them

    test.each(everyCall)('$method$args is told what it was told, and answers what it answered', async (each) => {
      const { control, called } = createFakeControl()
      reached = await reach(control)

      const answered = await call(reached.control, each)

      expect(called).toEqual([[each.method, ...each.args]])
      expect(answered).toEqual(await call(createFakeControl().control, each))
    })

    test.each(everyCall)('$method$args fails with the code and the message that it failed with', async (each) => {
      const error = new AppError('WORKLOAD_AMBIGUOUS', 'several workloads are called web; there are a/web, b/web')
      const { control } = createFakeControl({ [each.method]: () => Promise.reject(error) })
      reached = await reach(control)

      await expect(call(reached.control, each)).rejects.toMatchObject({ code: error.code, message: error.message })
    })

    test.each(codes)('%s arrives as what it is', async (code) => {
      const { control } = createFakeControl({ pauses: () => Promise.reject(new AppError(code, 'said why')) })
      reached = await reach(control)

      const failure = reached.control.pauses()

      await expect(failure).rejects.toBeInstanceOf(AppError)
      await expect(failure).rejects.toMatchObject({ code, message: 'said why', hint: errorTable[code].hint })
    })

    test('answers many at the same time, each with its own', async () => {
      const { control } = createFakeControl()
      reached = await reach(control)
      const names = Array.from({ length: 50 }, (_, at) => `local/container/web-${at}`)

      const told = await Promise.all(names.map((each) => reached?.control.why(each)))

      expect(told.map((each) => each?.workload)).toEqual(names)
    })
  })
}
