import type { EndedEvent, PendingEvent } from '../../store/store.ts'
import type { App } from '../app.ts'

interface CheckOffDeps {
  readonly store: Pick<App['store'], 'checkOffEvents'>
  /** They are still pending, and are to be seen to again; null once it goes well. */
  readonly onEnd: (error: unknown) => void
}

/** Events that are checked off in one transaction at most, so that nothing else waits for long. */
const atOnceMax = 100

/** Checks events off in the order in which they ended, without anybody having to wait for it. */
export interface CheckOff {
  add(event: EndedEvent): void
  /** Whether it was added, and is not written yet. */
  isEnding(event: PendingEvent): boolean
  /** Resolves once all that were added are written, or cannot be. */
  written(): Promise<void>
}

export function createCheckOff({ store, onEnd }: CheckOffDeps): CheckOff {
  const ended: EndedEvent[] = []
  const keys = new Set<string>()
  let writing: Promise<void> | null = null

  const write = async (): Promise<void> => {
    let failure: unknown = null
    try {
      while (ended.length > 0) {
        const some = ended.splice(0, atOnceMax)
        await store.checkOffEvents(some)
        for (const { key } of some) keys.delete(key)
      }
    } catch (error) {
      ended.length = 0
      keys.clear()
      failure = error
    }
    // With the last look at what is there, so that nothing is added between the two.
    writing = null
    onEnd(failure)
  }

  return {
    add(event) {
      ended.push(event)
      keys.add(event.key)
      writing ??= write()
    },
    isEnding: ({ key }) => keys.has(key),
    written: async () => void (await writing),
  }
}
