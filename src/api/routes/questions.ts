import type { FastifyInstance } from 'fastify'
import type { FollowedControl } from '../../app/answers/read-progress.ts'
import { controlRoutes } from '../../contract/control.ts'
import { answer } from './answer.ts'

/** What only tells. */
export function addQuestionRoutes(app: FastifyInstance, control: FollowedControl): void {
  answer(app, controlRoutes.why, ({ workload }) => control.why(workload))
  answer(app, controlRoutes.explain, ({ workload }) => control.explain(workload))
  answer(app, controlRoutes.progress, ({ workload }) => control.progress(workload))
  answer(app, controlRoutes.quarantines, () => control.quarantines())
  answer(app, controlRoutes.events, ({ body }) => control.events(body))
  answer(app, controlRoutes.pauses, () => control.pauses())
}
