import { resume } from '../../app/resume.ts'
import type { Doors, ExitCode, GlobalOptions } from '../doors.ts'
import { findWorkload } from './history.ts'

/** `longshore resume [WORKLOAD]`: lifts the hold on everything, or accepts what one workload runs now. */
export async function runResume(doors: Doors, workload: string | undefined, options: GlobalOptions): Promise<ExitCode> {
  const { app, close } = await doors.openApp({ ...options, access: 'visitor' })
  try {
    const id = workload === undefined ? null : await findWorkload(app.store, workload)
    doors.print(await resume(app, id))
    return 0
  } finally {
    await close()
  }
}
