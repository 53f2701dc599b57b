import { createCompose } from '../../src/clients/compose/compose.ts'
import type { ComposeProject } from '../../src/clients/compose/project.ts'
import type { UpOptions } from '../../src/clients/compose/up.ts'

/** What the child is told as its only argument, as JSON. */
export interface ComposeChildTask {
  readonly engineHost: string
  readonly project: ComposeProject
  readonly services: readonly string[]
  readonly options: UpOptions
}

// The test that starts this process writes the argument itself.
const { engineHost, project, services, options } = JSON.parse(process.argv[2] ?? '') as ComposeChildTask
const compose = createCompose({ engineHost, environment: process.env })
await compose.up(project, services, options, new AbortController().signal)
