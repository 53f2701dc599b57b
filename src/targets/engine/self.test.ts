import { describe, expect, test } from 'vitest'
import { isSelf, ownContainer } from './self.ts'

const id = 'a1'.repeat(32)
const other = 'b2'.repeat(32)
const mounts = (root: string, at: string) =>
  `36 35 8:1 / / rw - ext4 /dev/sda rw\n700 650 8:1 ${root} ${at} rw - ext4 /dev/sda rw\n`

describe('our own container', () => {
  test('is the one whose files the engine mounted over our /etc', () => {
    const container = ownContainer(mounts(`/var/lib/docker/containers/${id}/hostname`, '/etc/hostname'))

    expect(isSelf(id, { container, hostname: 'chosen' })).toBe(true)
    expect(isSelf(other, { container, hostname: other.slice(0, 12) })).toBe(false)
  })

  test('is none on the host itself, which sees the mounts of all containers', () => {
    const container = ownContainer(mounts('/', `/var/lib/docker/containers/${id}/mounts/shm`))

    expect(isSelf(id, { container, hostname: 'server' })).toBe(false)
  })

  test('is told by the host name where the mounts do not', () => {
    expect(isSelf(id, { container: null, hostname: id.slice(0, 12) })).toBe(true)
    expect(isSelf(other, { container: null, hostname: id.slice(0, 12) })).toBe(false)
    expect(isSelf(id, { container: null, hostname: 'a1' })).toBe(false)
  })
})
