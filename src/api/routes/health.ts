import type { FastifyInstance } from 'fastify'
import type { Readiness } from '../../app/answers/read-readiness.ts'

interface HealthDeps {
  /** Names of the loops that should have gone on long ago. */
  readonly late: () => readonly string[]
  readonly readiness: () => Promise<Readiness>
}

/** `/healthz`: whether this process goes on. `/readyz`: whether it can do its work, and what is in the way. */
export function addHealthRoutes(app: FastifyInstance, { late, readiness }: HealthDeps): void {
  app.get('/healthz', async (_request, reply) => {
    const stuck = late()
    return reply
      .status(stuck.length === 0 ? 200 : 503)
      .send({ status: stuck.length === 0 ? 'ok' : 'stuck', ...(stuck.length > 0 && { loops: stuck }) })
  })
  app.get('/readyz', async (_request, reply) => {
    const { reasons } = await readiness()
    const isReady = reasons.length === 0
    return reply.status(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'not-ready', reasons })
  })
}
