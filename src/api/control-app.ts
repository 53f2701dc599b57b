import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FollowedControl } from '../app/answers/read-progress.ts'
import { requestMaxBytes } from '../contract/control.ts'
import type { Log } from '../lib/log.ts'
import { createHttpApp } from './http-app.ts'
import { addQuestionRoutes } from './routes/questions.ts'
import { addWordRoutes } from './routes/words.ts'

/** What answers one request. */
export type Answering = (request: IncomingMessage, response: ServerResponse) => void

/** The routes of the control socket. */
export async function createControlApp(control: FollowedControl, log: Log): Promise<Answering> {
  const app = createHttpApp({ bodyMaxBytes: requestMaxBytes, log })
  addWordRoutes(app, control)
  addQuestionRoutes(app, control)
  await app.ready()
  return (request, response) => app.routing(request, response)
}
