import type { Doors, ExitCode, GlobalOptions, Output } from '../doors.ts'
import { openControl } from '../open-control.ts'
import { json } from '../present.ts'
import { explanationTable } from './explanation-table.ts'
import { paragraph } from './styled-lines.ts'
import { toJson } from './to-json.ts'

interface Options extends GlobalOptions {
  readonly output: Output
  readonly all?: boolean
}

/** What was decided on a workload, and what its policy makes of every tag. */
export async function explainOne(doors: Doors, wanted: string, options: Options): Promise<ExitCode> {
  const { control, close } = await openControl(doors, options, 'ask')
  try {
    const { workload, current, decision, choice } = await control.explain(wanted)
    if (options.output === 'json') {
      const { state, reason, tag, digest } = decision
      const decided = { state, code: reason.code, reason: reason.sentence, tag, digest }
      doors.print(json({ workload, current, policy: choice.policy, decision: decided, ...toJson(choice) }))
    } else {
      doors.printLines([
        { text: `workload  ${workload}`, style: 'strong' },
        ...paragraph('decision  ', `${decision.state}: ${decision.reason.sentence}`, doors.columns),
        ...explanationTable(choice, { current, columns: doors.columns, all: options.all ?? false }),
      ])
    }
    return 0
  } finally {
    await close()
  }
}
