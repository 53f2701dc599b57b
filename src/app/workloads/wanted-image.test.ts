import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { digest } from '../../../test/fakes/decide-input.ts'
import { parseReference, tagOf } from '../../image/reference.ts'
import { wantedImage } from './wanted-image.ts'

const to = digest('b')
const wanted = (image: string, tag: string, written: typeof to | null = null) =>
  wantedImage(image, parseReference(image), tag, written)

describe('the image that a new version runs as', () => {
  test.each([
    ['nginx:1', '2', 'nginx:2'],
    ['nginx', 'latest', 'nginx'],
    ['nginx', '2', 'nginx:2'],
    ['nginx:latest', 'latest', 'nginx:latest'],
    ['localhost:5000/web', '2', 'localhost:5000/web:2'],
    ['localhost:5000/web', 'latest', 'localhost:5000/web'],
    ['localhost:5000/web:1', '2', 'localhost:5000/web:2'],
    ['docker.io/library/nginx:1', '2', 'docker.io/library/nginx:2'],
    ['[::1]:5000/web:1', '2', '[::1]:5000/web:2'],
    [`nginx:1@${digest('a')}`, '1', 'nginx:1'],
    [`nginx@${digest('a')}`, 'latest', 'nginx'],
  ])('is %s with the tag %s: %s', (image, tag, expected) => {
    expect(wanted(image, tag)).toBe(expected)
  })

  test.each([
    ['nginx:1', '1', `nginx:1@${to}`],
    ['nginx', 'latest', `nginx:latest@${to}`],
    [`nginx:1@${digest('a')}`, '2', `nginx:2@${to}`],
    [`localhost:5000/web@${digest('a')}`, 'latest', `localhost:5000/web:latest@${to}`],
  ])('has the tag and the digest where that is written: %s with %s', (image, tag, expected) => {
    expect(wanted(image, tag, to)).toBe(expected)
  })

  test('keeps every valid spelling but for tag and digest, and reads back as what was wanted', () => {
    const host = fc.constantFrom('', 'docker.io/', 'localhost/', 'localhost:5000/', 'ghcr.io/', '[::1]:5000/', 'Upper/')
    const path = fc.stringMatching(/^[a-z0-9]{1,6}((\.|_|__|-{1,3})[a-z0-9]{1,6})?(\/[a-z0-9]{1,6}){0,2}$/)
    const tag = fc.stringMatching(/^\w[\w.-]{0,20}$/)
    const written = fc.constantFrom(null, to)
    const was = fc.constantFrom(null, digest('a'))
    fc.assert(
      fc.property(host, path, fc.option(tag), was, tag, written, (start, name, old, oldDigest, next, newDigest) => {
        const spelled = `${start}${name}`
        const image = `${spelled}${old === null ? '' : `:${old}`}${oldDigest === null ? '' : `@${oldDigest}`}`
        const before = parseReference(image)

        const text = wanted(image, next, newDigest)

        const after = parseReference(text)
        expect(text.startsWith(spelled)).toBe(true)
        expect({ ...after, tag: tagOf(after) }).toEqual({ ...before, tag: next, digest: newDigest })
        expect(wanted(text, next, newDigest)).toBe(text)
      }),
    )
  })
})
