import { expect, test } from 'vitest'
import { registryKey } from './registry-key.ts'

test.each([
  ['docker.io', 'docker.io'],
  ['index.docker.io', 'docker.io'],
  ['registry-1.docker.io', 'docker.io'],
  ['registry-1.docker.io:443', 'docker.io'],
  ['registry.hub.docker.com', 'docker.io'],
  ['REG.example.com', 'reg.example.com'],
  ['reg.example.com:443', 'reg.example.com'],
  ['reg.example.com:4430', 'reg.example.com:4430'],
  ['reg.example.com:8443', 'reg.example.com:8443'],
  ['localhost:443', 'localhost:443'],
  ['127.0.0.1:443', '127.0.0.1:443'],
  ['[::1]:443', '[::1]:443'],
  ['[2001:DB8::1]:443', '[2001:db8::1]'],
  ['docker.io.example.com', 'docker.io.example.com'],
  ['myregistry-1.docker.io', 'myregistry-1.docker.io'],
])('what is written of %s stands under %s', (host, key) => {
  expect(registryKey(host)).toBe(key)
})
