import { Socket } from 'node:net'
import { expect, test, vi } from 'vitest'
import { readInSlices } from './read-in-slices.ts'

function listen(isWanted: (reads: number) => boolean = () => true) {
  const socket = new Socket()
  const read = vi.fn<(bytes: Buffer) => void>()
  socket.on('data', read)
  readInSlices(socket, () => isWanted(read.mock.calls.length))
  return { socket, read }
}

test('a server gets all that came, in order and in pieces', () => {
  const { socket, read } = listen()
  const first = 'abcdefgh'.repeat(1_000)

  socket.emit('data', Buffer.from(first))
  socket.emit('data', Buffer.from('the end'))

  const pieces = read.mock.calls.map(([bytes]) => bytes.toString())
  expect(pieces.join('')).toBe(`${first}the end`)
  expect(Math.max(...pieces.map((piece) => piece.length))).toBe(2_048)
})

test('nothing more is read once nobody wants it, not even when it would be wanted again', () => {
  let readsWanted = 1
  const { socket, read } = listen((reads) => reads < readsWanted)

  socket.emit('data', Buffer.alloc(65_536))
  expect(read).toHaveBeenCalledOnce()
  expect(socket.isPaused()).toBe(true)

  readsWanted = 100
  socket.emit('data', Buffer.alloc(10))
  expect(read).toHaveBeenCalledOnce()
})

test('neither is anything of a connection that was ended meanwhile', () => {
  const { socket, read } = listen()
  read.mockImplementation(() => void socket.destroy())

  socket.emit('data', Buffer.alloc(65_536))

  expect(read).toHaveBeenCalledOnce()
})
