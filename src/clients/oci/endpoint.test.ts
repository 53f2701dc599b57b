import { expect, test } from 'vitest'
import { endpointOf, isPlainHttpAllowed } from './endpoint.ts'

const hosts = { 'lan.example:5000': { plainHttp: true }, 'localhost:5001': { plainHttp: false } }

test.each([
  ['docker.io', 'https://registry-1.docker.io'],
  ['registry.example', 'https://registry.example'],
  ['lan.example:5000', 'http://lan.example:5000'],
  ['lan.example', 'https://lan.example'],
  ['lan.example:5001', 'https://lan.example:5001'],
  ['localhost:5000', 'http://localhost:5000'],
  ['localhost:5001', 'https://localhost:5001'],
  ['127.0.0.1:5000', 'http://127.0.0.1:5000'],
  ['[::1]:5000', 'http://[::1]:5000'],
  ['localhost.evil.example', 'https://localhost.evil.example'],
  ['127.0.0.1.evil.example', 'https://127.0.0.1.evil.example'],
  ['192.168.1.20:5000', 'https://192.168.1.20:5000'],
  ['[fd12::1]:5000', 'https://[fd12::1]:5000'],
])('%s is asked at %s: plain http only where it is configured, or on loopback', (registry, origin) => {
  expect(endpointOf(registry, hosts).origin).toBe(origin)
})

test.each([
  ['http://lan.example:5000/a', true],
  ['http://lan.example/a', false],
  ['http://localhost:5000/a', true],
  ['http://localhost:5001/a', false],
  ['http://192.168.1.20/a', false],
])('%s may be asked: %s', (url, expected) => {
  expect(isPlainHttpAllowed(new URL(url), hosts)).toBe(expected)
})
