import { describe, expect, test } from 'vitest'
import type { Call } from './call.ts'
import { imageCalls } from './images.ts'

const { signal } = new AbortController()

/** The calls of an engine that answers everything with one document. */
function calls(answer: unknown) {
  const asked: Parameters<Call['json']>[0][] = []
  const json = async (request: Parameters<Call['json']>[0]) => {
    asked.push(request)
    return answer
  }
  return { asked, images: imageCalls({ json } as unknown as Call) } // nothing else is called here
}

describe('the tags of a repository', () => {
  test('are asked for by the engine’s own filter, and told with the image that each names', async () => {
    const { asked, images } = calls([
      { Id: 'sha256:a', RepoTags: ['localhost/keep:1', 'web:1', 'localhost/keep:2'] },
      { Id: 'sha256:b', RepoTags: ['localhost/keep:3'] },
    ])

    expect(await images.listImageTags('localhost/keep', signal)).toEqual([
      { tag: '1', image: 'sha256:a' },
      { tag: '2', image: 'sha256:a' },
      { tag: '3', image: 'sha256:b' },
    ])
    expect(asked).toEqual([
      { method: 'GET', path: '/images/json', query: { filters: '{"reference":["localhost/keep"]}' } },
    ])
  })

  test('are none of repositories whose name only begins so', async () => {
    const { images } = calls([{ Id: 'sha256:a', RepoTags: ['localhost/keep/more:1', 'localhost/keeper:1'] }])

    expect(await images.listImageTags('localhost/keep', signal)).toEqual([])
  })

  test.each([[null], [[]], [[{ Id: 'sha256:a', RepoTags: null }]], [[{ Id: 'sha256:a' }, 'odd', 1]], [{}]])(
    'are none in %j',
    async (answer) => {
      expect(await calls(answer).images.listImageTags('localhost/keep', signal)).toEqual([])
    },
  )
})
