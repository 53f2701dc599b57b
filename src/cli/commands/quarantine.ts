import type { Control } from '../../app/words/control.ts'
import type { Doors, ExitCode, GlobalOptions, Output } from '../doors.ts'
import { openControl } from '../open-control.ts'
import { json, short, when } from '../present.ts'
import { sayAndFollow, type FollowedOptions } from '../say.ts'
import { table } from '../table.ts'

type Quarantines = Awaited<ReturnType<Control['quarantines']>>

/** `longshore quarantine list`: what failed and is not tried again. */
export async function runQuarantineList(
  doors: Doors,
  options: GlobalOptions & { readonly output: Output },
): Promise<ExitCode> {
  const { control, close } = await openControl(doors, options, 'ask')
  try {
    const found = await control.quarantines()
    doors.print(options.output === 'json' ? json(found.map(toJson)) : toText(found, doors.columns))
    return 0
  } finally {
    await close()
  }
}

/** `longshore quarantine release WORKLOAD [DIGEST]`: lets it be tried again, at once where it is still wanted. */
export function runQuarantineRelease(
  doors: Doors,
  workload: string,
  digest: string | undefined,
  options: FollowedOptions,
): Promise<ExitCode> {
  return sayAndFollow(doors, workload, options, (control, by) =>
    control.releaseQuarantine(workload, digest ?? null, by),
  )
}

function toText(found: Quarantines, columns: number | null): string {
  if (found.length === 0) return 'Nothing is quarantined.'
  const rows = found.map((each) => [each.workload, short(each.digest), when(each.since), each.reason.sentence])
  return table(['WORKLOAD', 'DIGEST', 'SINCE', 'WHY'], rows, columns)
}

const toJson = ({ reason, ...each }: Quarantines[number]) => ({ ...each, code: reason.code, reason: reason.sentence })
