import { describe, expect, test } from 'vitest'
import { useConfigFolder } from '../../test/fakes/config-folder.ts'

const { load, problems } = useConfigFolder()
const word = 'a-secret-of-16-or-more'
const source = `{name: ci, kind: generic, registry: registry.example.com, secret: ${word}}`

describe('events', () => {
  test('nothing is listened for unless it is asked for', async () => {
    expect(await load('watch: all')).toMatchObject({ listen: null, events: [] })
  })

  test('are listened for on this machine alone, unless told otherwise', async () => {
    const config = await load(`events: [${source}]`)

    expect(config.listen).toEqual({ host: '127.0.0.1', port: 8484 })
    expect(config.events).toMatchObject([{ name: 'ci', kind: 'generic', registry: 'registry.example.com' }])
    expect(config.events[0]?.secrets.map((each) => each.reveal())).toEqual([word])
  })

  test('without any, the listener is there for health when it is asked for', async () => {
    expect((await load('listen: {}')).listen).toEqual({ host: '127.0.0.1', port: 8484 })
    expect((await load('listen: {host: 0.0.0.0, port: 80}')).listen).toEqual({ host: '0.0.0.0', port: 80 })
  })

  test('take the secret before as well while it is being changed', async () => {
    const config = await load(`events: [${source.replace('}', ', secretBefore: the-one-before-this-one}')}]`)

    expect(config.events[0]?.secrets.map((each) => each.reveal())).toEqual([word, 'the-one-before-this-one'])
  })

  test('name Docker Hub as references do', async () => {
    const config = await load(`events: [${source.replace('registry.example.com', 'index.docker.io')}]`)

    expect(config.events[0]?.registry).toBe('docker.io')
  })

  test.each([
    ['no secret', source.replace(`, secret: ${word}`, ''), 'events[0].secret: is missing'],
    ['an empty secret', source.replace(word, '""'), 'events[0].secret: must not be empty'],
    ['a short secret', source.replace(word, '15-characters--'), 'events[0].secret: must be at least 16 characters'],
    ['a short secret before', source.replace('}', ', secretBefore: short}'), 'must be at least 16 characters'],
    ['capitals in the name', source.replace('name: ci', 'name: CI'), 'events[0].name: must consist of'],
    ['another kind', source.replace('generic', 'generick'), 'did you mean generic?'],
    ['the same name', `${source}, ${source}`, 'events[1]: has the same name as entry 0'],
  ])('are refused with %s', async (_, text, problem) => {
    const found = await problems(`events: [${text}]`)

    expect(found).toContainEqual(expect.stringContaining(problem))
    expect(found.join()).not.toContain(word)
  })

  test.each(['0', '65536', '-1', 'http'])('are not listened for at port %s', async (port) => {
    expect(await problems(`listen: {port: ${port}}`)).toEqual([expect.stringContaining('listen.port')])
  })
})
