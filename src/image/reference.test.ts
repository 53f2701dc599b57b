import { describe, expect, test } from 'vitest'
import { formatCanonical, formatFamiliar, parseReference } from './reference.ts'

const hex = 'f'.repeat(64)
const digest = `sha256:${hex}`
const identifier = '1a3f5e7d9c1b3a5f7e9d1c3b5a7f9e1d3c5b7a9f1e3d5d7c9b1a3f5e7d9c1b3a'
const letters64 = 'thisisthesongthatneverendsitgoesonandonandonthisisthesongthatnev'

/** Facts from the test tables of distribution/reference, and some of the corners between them. */
describe('reads the registry and the repository', () => {
  test.each([
    // The default registry and its official repositories.
    ['nginx', 'docker.io', 'library/nginx'],
    ['debian', 'docker.io', 'library/debian'],
    ['library/debian', 'docker.io', 'library/debian'],
    ['docker/docker', 'docker.io', 'docker/docker'],
    ['docker.io/debian', 'docker.io', 'library/debian'],
    ['docker.io/library/debian', 'docker.io', 'library/debian'],
    ['docker.io/docker/docker', 'docker.io', 'docker/docker'],
    ['docker.io/library/foo/bar', 'docker.io', 'library/foo/bar'],
    ['docker.io/library', 'docker.io', 'library/library'],
    ['library/library', 'docker.io', 'library/library'],
    ['store/foo/bar', 'docker.io', 'store/foo/bar'],
    ['other/library', 'docker.io', 'other/library'],
    ['index.docker.io/debian', 'docker.io', 'library/debian'],
    ['index.docker.io/library/debian', 'docker.io', 'library/debian'],
    ['index.docker.io/docker/docker', 'docker.io', 'docker/docker'],
    ['index.docker.io', 'docker.io', 'library/index.docker.io'],
    ['docker.io', 'docker.io', 'library/docker.io'],
    ['registry-1.docker.io/debian', 'registry-1.docker.io', 'debian'],
    ['docker.io:443/debian', 'docker.io:443', 'debian'],
    // A host has a dot, a colon, an upper-case letter, or is localhost; anything else is a path.
    ['test.com/foo', 'test.com', 'foo'],
    ['test_com/foo', 'docker.io', 'test_com/foo'],
    ['test-com:8080/foo', 'test-com:8080', 'foo'],
    ['test:5000/repo', 'test:5000', 'repo'],
    ['nginx:1/foo', 'nginx:1', 'foo'],
    ['localhost/foo', 'localhost', 'foo'],
    ['localhost:5000/foo', 'localhost:5000', 'foo'],
    ['localhost', 'docker.io', 'library/localhost'],
    ['foo/localhost/bar', 'docker.io', 'foo/localhost/bar'],
    ['Docker/docker', 'Docker', 'docker'],
    ['DOCKER/docker', 'DOCKER', 'docker'],
    ['Uppercase/lowercase', 'Uppercase', 'lowercase'],
    ['Asdf.com/foo/bar', 'Asdf.com', 'foo/bar'],
    ['xn--n3h.com:18080/foo', 'xn--n3h.com:18080', 'foo'],
    ['example.com/xn--7o8h.com/myimage', 'example.com', 'xn--7o8h.com/myimage'],
    ['b.gcr.io/test.example.com/my-app', 'b.gcr.io', 'test.example.com/my-app'],
    ['sub-dom1.foo.com/bar/baz/quux', 'sub-dom1.foo.com', 'bar/baz/quux'],
    ['127.0.0.1:5000/docker/docker', '127.0.0.1:5000', 'docker/docker'],
    ['192.168.0.2:25000/debian', '192.168.0.2:25000', 'debian'],
    ['192.168.1.1:750050/debian', '192.168.1.1:750050', 'debian'],
    ['192.168.0.1', 'docker.io', 'library/192.168.0.1'],
    ['foo_bar.com', 'docker.io', 'library/foo_bar.com'],
    // IPv6 stands in brackets.
    ['[fc00::1]:5000/docker', '[fc00::1]:5000', 'docker'],
    ['[2001:db8::1]/repo', '[2001:db8::1]', 'repo'],
    ['[2001:db8:1:2:3:4:5:6]/repo', '[2001:db8:1:2:3:4:5:6]', 'repo'],
    ['[::1]:5000/repo', '[::1]:5000', 'repo'],
    ['[2001:db8::]:5000/a/b', '[2001:db8::]:5000', 'a/b'],
    // Separators inside a path.
    ['docker---rules/docker', 'docker.io', 'docker---rules/docker'],
    ['do__cker/docker', 'docker.io', 'do__cker/docker'],
    ['ubuntu-12.04-base', 'docker.io', 'library/ubuntu-12.04-base'],
    [
      'registry.io/foo/project--id.module--name.ver---sion--name',
      'registry.io',
      'foo/project--id.module--name.ver---sion--name',
    ],
    // Lengths and digits.
    ['d/docker', 'docker.io', 'd/docker'],
    ['0/1', 'docker.io', '0/1'],
    [letters64, 'docker.io', `library/${letters64}`],
    [`docker.io/${identifier}`, 'docker.io', `library/${identifier}`],
    [identifier.slice(1), 'docker.io', `library/${identifier.slice(1)}`],
    ['sha256', 'docker.io', 'library/sha256'],
    ['sha256:5000/app', 'sha256:5000', 'app'],
    [`a.b/${'a/'.repeat(127)}a`, 'a.b', `${'a/'.repeat(127)}a`],
    [`${'a'.repeat(300)}.b/c`, `${'a'.repeat(300)}.b`, 'c'],
  ])('%s', (text, registry, repository) => {
    expect(parseReference(text)).toEqual({ registry, repository, tag: null, digest: null })
  })
})

describe('tells tag, port and digest apart', () => {
  test.each([
    ['redis:latest', 'docker.io/library/redis', 'latest', null],
    ['test.com:tag', 'docker.io/library/test.com', 'tag', null],
    ['test.com:5000', 'docker.io/library/test.com', '5000', null],
    ['192.168.1.1:5000', 'docker.io/library/192.168.1.1', '5000', null],
    ['foo_bar.com:8080', 'docker.io/library/foo_bar.com', '8080', null],
    ['foo/foo_bar.com:8080', 'docker.io/foo/foo_bar.com', '8080', null],
    ['test:5000/repo:tag', 'test:5000/repo', 'tag', null],
    ['192.168.1.1:5000/repo:5050', '192.168.1.1:5000/repo', '5050', null],
    ['lowercase:Uppercase', 'docker.io/library/lowercase', 'Uppercase', null],
    ['a:_under.score-', 'docker.io/library/a', '_under.score-', null],
    [`a:${'t'.repeat(128)}`, 'docker.io/library/a', 't'.repeat(128), null],
    [`${identifier}:tag`, `docker.io/library/${identifier}`, 'tag', null],
    [`a.b/sha256:${hex}`, 'a.b/sha256', hex, null],
    ['b.gcr.io/test.example.com/my-app:test.example.com', 'b.gcr.io/test.example.com/my-app', 'test.example.com', null],
    ['[2001:db8::1]:5000/repo:tag', '[2001:db8::1]:5000/repo', 'tag', null],
    [`redis@${digest}`, 'docker.io/library/redis', null, digest],
    [`localhost@${digest}`, 'docker.io/library/localhost', null, digest],
    [`localhost:8080@${digest}`, 'docker.io/library/localhost', '8080', digest],
    [`localhost:8080/name@${digest}`, 'localhost:8080/name', null, digest],
    [`test:5000/repo:tag@${digest}`, 'test:5000/repo', 'tag', digest],
    [`[2001:db8::1]:5000/repo:tag@${digest}`, '[2001:db8::1]:5000/repo', 'tag', digest],
  ])('%s', (text, canonical, tag, expectedDigest) => {
    const reference = parseReference(text)

    expect(`${reference.registry}/${reference.repository}`).toBe(canonical)
    expect(reference.tag).toBe(tag)
    expect(reference.digest).toBe(expectedDigest)
  })
})

describe('prints the familiar and the canonical form', () => {
  test.each([
    ['index.docker.io/fooo/bar', 'fooo/bar', 'docker.io/fooo/bar'],
    ['library/ubuntu', 'ubuntu', 'docker.io/library/ubuntu'],
    ['docker.io/library/nginx:1', 'nginx:1', 'docker.io/library/nginx:1'],
    ['nonlibrary/ubuntu', 'nonlibrary/ubuntu', 'docker.io/nonlibrary/ubuntu'],
    ['library/foo/bar', 'library/foo/bar', 'docker.io/library/foo/bar'],
    ['127.0.0.1:8000/privatebase', '127.0.0.1:8000/privatebase', '127.0.0.1:8000/privatebase'],
    ['example.com/library/foo', 'example.com/library/foo', 'example.com/library/foo'],
    ['FOO/bar', 'FOO/bar', 'FOO/bar'],
    ['library/library', 'library', 'docker.io/library/library'],
    [`busybox:latest@${digest}`, `busybox:latest@${digest}`, `docker.io/library/busybox:latest@${digest}`],
  ])('%s', (text, familiar, canonical) => {
    const reference = parseReference(text)

    expect(formatFamiliar(reference)).toBe(familiar)
    expect(formatCanonical(reference)).toBe(canonical)
  })

  test.each(['docker.io/foo.com/bar', 'docker.io/localhost/bar:1', `docker.io/library/${identifier}`])(
    'stays canonical where the short form would name something else: %s',
    (text) => {
      expect(formatFamiliar(parseReference(text))).toBe(text)
    },
  )
})

describe('refuses, saying why,', () => {
  test.each([
    ['nothing', '', 'is empty'],
    ['a blank in front', ' nginx', 'blanks'],
    ['a blank behind', 'nginx ', 'blanks'],
    ['a line break behind', 'nginx:1\n', 'blanks'],
    ['a blank inside', 'ngi nx', 'lower-case words'],
    ['an image id', identifier, 'image id or a digest'],
    ['a bare digest', digest, 'image id or a digest'],
    ['the head of a digest', 'sha256:4bcdef', 'image id or a digest'],
    ['a bare sha512 digest', `sha512:${hex}${hex}`, 'image id or a digest'],
    ['a URL', 'https://github.com/docker/docker', 'scheme'],
    ['a tag alone', ':justtag', 'lower-case words'],
    ['a digest alone behind its @', `@${digest}`, 'lower-case words'],
    ['an empty tag', 'nginx:', 'tag'],
    ['a tag that begins with a dash', 'nginx:-x', 'tag'],
    ['a tag that begins with a dot', 'nginx:.x', 'tag'],
    ['a tag with a tilde', 'registry.com:8080/myapp:invalid~tag', 'tag'],
    ['a tag with a letter that is not ASCII', 'nginx:é', 'tag'],
    ['a tag of 129 characters', `a:${'t'.repeat(129)}`, 'tag'],
    ['two tags', 'nginx:1:2', 'tag'],
    ['an empty digest', 'nginx@', 'digest'],
    ['a short digest', 'repo@sha256:ffffffffffffffffffffffffffffffffff', 'digest'],
    ['a digest in upper case', `repo@sha256:${hex.toUpperCase()}`, 'digest'],
    ['an algorithm that is not known', `validname@invaliddigest:${hex}`, 'digest'],
    ['a sha512 digest of 64 digits', `xn--7o8h.com/myimage@sha512:${hex}`, 'digest'],
    ['something after @ that is no digest', 'registry.com:8080/myapp@2bad', 'digest'],
    ['two digests', `a@${digest}@${digest}`, 'digest'],
    ['a tag behind the digest', `a@${digest}:tag`, 'digest'],
    ['upper case in a name', 'Uppercase:tag', 'not in lower case'],
    ['upper case in a path', 'docker/Docker', 'not in lower case'],
    ['upper case behind a port', 'test:5000/Uppercase/lowercase:tag', 'not in lower case'],
    ['a path of 256 characters', `a.b/${'a'.repeat(256)}`, '255'],
    ['255 characters that library/ makes more', 'a'.repeat(255), '255'],
    ['127 parts and one', `a.b/${'a/'.repeat(128)}a:tag`, '255'],
    ['a path that ends in a slash', 'docker/', 'lower-case words'],
    ['a host alone with a slash', 'foo.com/', 'lower-case words'],
    ['a slash in front', '/nginx', 'lower-case words'],
    ['slashes in a row', 'docker.io/docker///docker', 'lower-case words'],
    ['a dash in front', '-docker/docker', 'lower-case words'],
    ['a dash at the end of a part', 'docker-/docker', 'lower-case words'],
    ['a dash in front of a part', 'foo/-bar', 'lower-case words'],
    ['an underscore in front', '_docker/_docker', 'lower-case words'],
    ['underscores alone', '____/____', 'lower-case words'],
    ['three underscores', 'foo/a___b', 'lower-case words'],
    ['dots in a row', 'example.com/nodouble..dots/myimage', 'lower-case words'],
    ['mixed separators', 'foo/dock_.er', 'lower-case words'],
    ['other characters', 'aa/asdf$$^/aa', 'lower-case words'],
    ['a look-alike letter', 'ngіnx', 'lower-case words'],
    ['a NUL', 'nginx\0', 'lower-case words'],
    ['a host that begins with a dash', '-docker.io/docker/docker', 'no host'],
    ['a host with dots in a row', 'dock..er/docker', 'no host'],
    ['a host that ends in a dot', 'docker./docker', 'no host'],
    ['a host that begins with a dot', '.docker/docker', 'no host'],
    ['a host with an underscore and a port', 'bad_hostname.com:8080/myapp:tag', 'no host'],
    ['a host with an underscore and a dot', 'foo_bar.com/app', 'no host'],
    ['a port that is no number', 'localhost:http/name', 'no host'],
    ['an empty port', 'localhost:/name', 'no host'],
    ['a tag before the slash', 'nginx:v1/foo', 'no host'],
    ['IPv6 without brackets', 'fc00::1:5000/debian', 'no host'],
    ['IPv6 with a zone', '[fe80::1%eth0]:5000/debian', 'no host'],
    ['IPv6 with IPv4 inside', '[2001:db8:3:4::192.0.2.33]:5000/debian', 'no host'],
    ['IPv6 without a path', '[fc00::1]', 'lower-case words'],
    ['IPv6 with a port and no path', '[2001:db8::1]:5000', 'lower-case words'],
  ])('%s', (_what, text, reason) => {
    expect(() => parseReference(text)).toThrow(
      expect.objectContaining({ code: 'REFERENCE_INVALID', message: expect.stringContaining(reason) }),
    )
  })

  test('naming the text, cut when it is long', () => {
    expect(() => parseReference('UPPER')).toThrow(
      '"UPPER" is not an image reference: the repository is not in lower case',
    )
    expect(() => parseReference('x'.repeat(100_000))).toThrow(/^.{1,250}$/)
  })

  test.each(['user:hunter22@host/app', 'https://user:hunter22@host.example/app', 'user:hun/ter!22@host/app'])(
    'without repeating a password: %s',
    (text) => {
      expect(() => parseReference(text)).toThrow(
        expect.objectContaining({ message: expect.not.stringMatching(/hun|ter/) }),
      )
    },
  )
})
