import { afterAll, beforeAll, expect, test } from 'vitest'
import { startFakeRegistry, type FakeRegistry } from '../fakes/registry.ts'
import type { Fault, FaultMatch } from '../fakes/registry/faults.ts'
import { pushImage } from '../services/images.ts'
import { describeWithServices } from '../services/shared.ts'
import { openScene, type Scene } from './stage/scene.ts'

interface Case {
  readonly name: string
  readonly fault: Fault
  readonly on: FaultMatch
}
