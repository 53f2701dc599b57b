import type { FastifyInstance } from 'fastify'
import type { Control } from '../../app/words/control.ts'
import { controlRoutes } from '../../contract/control.ts'
import { answer } from './answer.ts'

/** What changes something: each is kept, with who said it and why, before it is answered. */
export function addWordRoutes(app: FastifyInstance, control: Control): void {
  answer(app, controlRoutes.pin, ({ workload, body }) => control.pin(workload, body.tag, body.by))
  answer(app, controlRoutes.unpin, ({ workload, body }) => control.unpin(workload, body.by))
  answer(app, controlRoutes.pause, ({ body }) => control.pause(body.workload, body.forMs, body.by))
  answer(app, controlRoutes.resume, ({ body }) => control.resume(body.workload, body.by))
  answer(app, controlRoutes.release, ({ body }) => control.release(body.target, body.by))
  answer(app, controlRoutes.rollBack, ({ workload, body }) => control.rollBack(workload, body.revision, body.by))
  answer(app, controlRoutes.deploy, ({ workload, body }) => control.deploy(workload, body.image, body.by))
  answer(app, controlRoutes.releaseQuarantine, ({ workload, body }) =>
    control.releaseQuarantine(workload, body.digest, body.by),
  )
}
