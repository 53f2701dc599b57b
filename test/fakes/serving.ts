import { afterEach } from 'vitest'
import type { startFleet } from './fleet.ts'

type Fleet = ReturnType<typeof startFleet>

/** Runs the service over a fleet, within each test of a file. */
export function useServing() {
  let end = async (): Promise<void> => {}
  afterEach(() => end())
  return {
    /** @param ms that pass before anything else happens */
    async serve(fleet: Fleet, ms = 0): Promise<void> {
      end = fleet.serve()
      await fleet.clock.pass(ms)
    },
    /** Before the test is over, as when the service is started again. */
    end: () => end(),
  }
}
