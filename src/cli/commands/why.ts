import type { Doors, ExitCode, GlobalOptions, Output } from '../doors.ts'
import { openControl } from '../open-control.ts'
import { json } from '../present.ts'

/** `longshore why WORKLOAD`: what it runs, what is wanted, what holds it, since when, and what would release it. */
export async function runWhy(
  doors: Doors,
  workload: string,
  options: GlobalOptions & { readonly output: Output },
): Promise<ExitCode> {
  const { control, close } = await openControl(doors, options, 'ask')
  try {
    const told = await control.why(workload)
    const { reason, ...rest } = told
    doors.print(
      options.output === 'json'
        ? json({ ...rest, code: reason.code, reason: reason.sentence })
        : told.sentences.join('\n'),
    )
    return 0
  } finally {
    await close()
  }
}
