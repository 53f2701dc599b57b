import { toAppError } from '../../errors.ts'
import type { App } from '../app.ts'
import { doubtful, well, wrong, type Finding } from './finding.ts'

/** Whether every queue of events can be read, and puts aside what nobody can. */
export async function examineQueues(
  { eventQueues = [] }: Pick<App, 'eventQueues'>,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  return Promise.all(
    eventQueues.map(async ({ name, queue }): Promise<Finding> => {
      const told = { part: 'events', name } as const
      try {
        const { waiting, hasRedrive } = await queue.look(signal)
        const sentence = `its queue can be asked; ${waiting} ${waiting === 1 ? 'message waits' : 'messages wait'}`
        if (hasRedrive) return well({ ...told, sentence })
        return doubtful(
          { ...told, sentence: `${sentence}; what cannot be read comes again until its time is over` },
          'Give the queue a redrive policy with a dead-letter queue, as docs/events/ecr.md shows.',
        )
      } catch (error) {
        const { message, hint } = toAppError(error)
        return wrong({ ...told, sentence: `its queue cannot be asked: ${message}` }, hint)
      } finally {
        queue.close()
      }
    }),
  )
}
