import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nameParts, workloadId } from './compose-deps.ts'

test('every project and service are read back from the name of their workload', () => {
  const project = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,20}$/)
  const service = fc.stringMatching(/^[a-zA-Z0-9._-]{1,20}$/)
  fc.assert(
    fc.property(project, service, (one, other) => {
      const id = workloadId('local', one, other)

      expect(nameParts(id.slice('local/compose/'.length))).toEqual({ project: one, service: other })
    }),
  )
})
