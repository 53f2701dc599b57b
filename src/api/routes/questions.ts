import type { FastifyInstance } from 'fastify'
import type { FollowedControl } from '../../app/read-progress.ts'
import { controlRoutes } from '../../contract/control.ts'
import { answer } from './answer.ts'

/** What only tells. */
export function addQuestionRoutes(app: FastifyInstance, control: FollowedControl): void {
  answer(app, controlRoutes.why, ({ workload }) => control.why(workload))
  answer(app, controlRoutes.progress, ({ workload }) => control.progress(workload))
  answer(app, controlRoutes.quarantines, () => control.quarantines())
  answer(app, controlRoutes.pauses, () => control.pauses())
}
