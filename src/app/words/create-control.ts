import type { App } from '../app.ts'
import { release } from '../brake/release.ts'
import type { Control } from './control.ts'
import { deploy } from './deploy.ts'
import { pause } from './pause.ts'
import { isOver } from './pauses.ts'
import { pin } from './pin.ts'
import { releaseQuarantine } from './quarantine.ts'
import { resume } from './resume.ts'
import { rollBack } from './roll-back.ts'
import { explainWorkload } from '../selection/explain-workload.ts'
import { unpin } from './unpin.ts'
import { why } from '../answers/why.ts'

/** What people can say, over one application. Everything is kept before it is answered, and its loops are woken. */
export function createControl(app: App): Control {
  return {
    pin: (...word) => pin(app, ...word),
    unpin: (...word) => unpin(app, ...word),
    pause: (...word) => pause(app, ...word),
    release: (...word) => release(app, ...word),
    resume: (...word) => resume(app, ...word),
    rollBack: (...word) => rollBack(app, ...word),
    deploy: (...word) => deploy(app, ...word),
    why: (workload) => why(app, workload),
    explain: (workload) => explainWorkload(app, workload),
    quarantines: () => app.store.quarantines(),
    releaseQuarantine: (...word) => releaseQuarantine(app, ...word),
    pauses: async () => (await app.store.pauses()).filter((each) => !isOver(each, app.clock.now())),
  }
}
