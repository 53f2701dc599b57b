import { expect, test } from 'vitest'
import { AppError } from '../../errors.ts'
import type { EngineDeps } from './engine-deps.ts'
import { withImageUnder } from './with-image-under.ts'

const signal = new AbortController().signal

/** An engine whose tag names `present`, with what it was told to tag. */
function startEngine(present: string | null) {
  const tagged: string[] = []
  const engine = {
    inspectImage: async () => present && { Id: present },
    tagImage: async (image: string) => void tagged.push(image),
  }
  // What is called here.
  return { tagged, deps: { engine } as unknown as Pick<EngineDeps, 'engine'> }
}

test('the tag names the image while the container is made, and then what it named before', async () => {
  const { deps, tagged } = startEngine('newer')

  const made = await withImageUnder(deps, { reference: 'app:1', image: 'own' }, async () => tagged.join(), signal)

  expect(made).toBe('own')
  expect(tagged).toEqual(['own', 'newer'])
})

test('an image that ran before is never blamed on the candidate of another workload', async () => {
  const { deps } = startEngine('own')
  const refused = () => Promise.reject(new AppError('TARGET_REJECTED', 'no command specified'))

  await expect(withImageUnder(deps, { reference: 'app:1', image: 'own' }, refused, signal)).rejects.toMatchObject({
    code: 'TARGET_FAILED',
    message: 'no command specified',
  })
})
