import { expect, test } from 'vitest'
import { formatEngineAddress, localEngine, parseEngineAddress } from './engine-address.ts'

test.each([
  [localEngine, '/var/run/docker.sock'],
  ['tcp://127.0.0.1', 'tcp://127.0.0.1:2375'],
  ['tcp://localhost:2376', 'tcp://localhost:2376'],
  ['tcp://[::1]:2375', 'tcp://::1:2375'],
])('%s is understood', (text, address) => {
  expect(formatEngineAddress(parseEngineAddress(text))).toBe(address)
})

test.each(['', 'unix://', '/var/run/docker.sock', 'ssh://me@host', 'https://host:2376', 'tcp://'])(
  '%j is refused',
  (text) => {
    expect(() => parseEngineAddress(text, true)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
  },
)

test('plain TCP beyond this machine has to be allowed', () => {
  expect(() => parseEngineAddress('tcp://10.0.0.5:2375')).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
  expect(formatEngineAddress(parseEngineAddress('tcp://proxy:2375', true))).toBe('tcp://proxy:2375')
})
