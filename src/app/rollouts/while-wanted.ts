import type { Reason, Rollout } from '../../rollout/rollout.ts'

export interface WantedDeps {
  /** Why a rollout that is on its way forward has to turn back; null while it does not. */
  readonly withdrawn?: (rollout: Rollout) => Promise<Reason | null>
  /** Calls whenever something new may be known of what a workload should run. @returns ends that */
  readonly onNews?: (workload: string, tell: () => void) => () => void
}

/** Does something that may take long and leaves nothing half done, and cuts it off when its rollout is wanted no more. */
export async function whileWanted(
  { withdrawn, onNews }: WantedDeps,
  rollout: Rollout,
  work: (unwanted: AbortSignal) => Promise<void>,
): Promise<void> {
  const unwanted = new AbortController()
  const look = async (): Promise<void> => {
    // A state that cannot be read now tells nothing.
    if ((await withdrawn?.(rollout).catch(() => null)) != null) unwanted.abort()
  }
  let looking = Promise.resolve()
  const end = onNews?.(rollout.workload, () => void (looking = looking.then(look)))
  try {
    await work(unwanted.signal)
  } finally {
    end?.()
  }
}
