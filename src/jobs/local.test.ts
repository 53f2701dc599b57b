import { expect, test } from 'vitest'
import { createLocalQueue } from './local.ts'

function gate() {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { opened: promise, open: resolve }
}

test('runs a key once at a time and coalesces what waits', async () => {
  const queue = createLocalQueue({})
  const first = gate()
  const runs: string[] = []
  const one = queue.add('scan:a', async () => {
    runs.push('first')
    await first.opened
  })

  const two = queue.add('scan:a', async () => void runs.push('second'))
  const three = queue.add('scan:a', async () => void runs.push('third'))
  first.open()
  await Promise.all([one, two, three])

  expect(runs).toEqual(['first', 'second'])
})

test('one key that waits does not stall another', async () => {
  const queue = createLocalQueue({})
  const stuck = gate()
  const slow = queue.add('scan:a', () => stuck.opened)

  await queue.add('scan:b', async () => {})

  stuck.open()
  await slow
})

test('a lane that is full stalls no other of its kind', async () => {
  const queue = createLocalQueue({ scan: 1 })
  const stuck = gate()
  const slow = queue.add('scan:hangs.example.com:5000/web', () => stuck.opened)
  const behind = queue.add('scan:hangs.example.com:5000/shop', async () => {})

  await queue.add('scan:hangs.example.com:5001/web', async () => {})

  stuck.open()
  await Promise.all([slow, behind])
})

test('keeps to the limit of a lane', async () => {
  const queue = createLocalQueue({ rollout: 2 })
  let busy = 0
  let most = 0
  const work = async () => {
    most = Math.max(most, ++busy)
    await new Promise((resolve) => setImmediate(resolve))
    busy -= 1
  }

  await Promise.all(['a', 'b', 'c', 'd'].map((name) => queue.add(`rollout:local/container/${name}`, work)))

  expect(most).toBe(2)
})

test('a failure reaches who asked and frees the key', async () => {
  const queue = createLocalQueue({})

  await expect(queue.add('scan:a', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  await expect(queue.add('scan:a', async () => {})).resolves.toBeUndefined()
})

test('closing waits for what runs, drops what waits and takes nothing new', async () => {
  const queue = createLocalQueue({})
  const first = gate()
  let hasEnded = false
  const running = queue.add('scan:a', async () => {
    await first.opened
    hasEnded = true
  })
  const dropped = queue.add('scan:a', async () => {})
  const closed = queue.close()

  await expect(dropped).rejects.toMatchObject({ code: 'ABORTED' })
  await expect(queue.add('scan:b', async () => {})).rejects.toMatchObject({ code: 'ABORTED' })
  first.open()
  await Promise.all([closed, running])
  expect(hasEnded).toBe(true)
})
