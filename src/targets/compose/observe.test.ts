import { existsSync, rmSync } from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import { composeDefinition, composeRollout } from '../../../test/fakes/compose-change.ts'
import { composeContainer } from '../../../test/fakes/compose-services.ts'
import { stageCompose } from '../../../test/fakes/compose-stage.ts'
import { hashOf } from './definition/hash.ts'
import { observe } from './observe.ts'

let stage: ReturnType<typeof stageCompose>
afterEach(() => stage.close())

test('a look is not ended by a file that a person moved away, since the old version may be down', async () => {
  stage = stageCompose([composeContainer()])
  const path = stage.write('compose.yaml', 'services: {}')
  const before = hashOf(Buffer.from('services: {}'))
  const edit = { path, line: 1, from: 'web:1', to: 'web:2' }
  const definition = { ...composeDefinition(path, before, 'other'), edit }
  rmSync(path)

  const facts = await observe(stage.deps, composeRollout({ definition }), new AbortController().signal)

  expect(facts).toMatchObject({ definition: 'other', olds: [{ id: 'shop-web-1-id' }] })
})

test('the copy of the files that a way back cut off by a kill has left goes, also where it had failed before', async () => {
  stage = stageCompose([composeContainer()])
  const path = stage.write('compose.yaml', 'services: {}')
  const copy = stage.write('.compose.yaml.longshore', 'services: {}')
  const definition = composeDefinition(path, hashOf(Buffer.from('services: {}')), 'other')

  await observe(stage.deps, composeRollout({ definition, failures: ['up-old'] }), new AbortController().signal)

  expect(existsSync(copy)).toBe(false)
})
