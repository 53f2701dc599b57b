import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

/** A registry whose every list of tags is these pieces, as fast as they are taken. */
async function startLister(pieces: () => Iterable<string>) {
  const server = createServer((request, response) => {
    if (!request.url?.includes('/tags/list')) return void response.writeHead(404).end()
    response.writeHead(200, { 'content-type': 'application/json' })
    const body = Readable.from(inBatches(pieces()))
    body.pipe(response)
    response.on('close', () => body.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`, // a server that listens on TCP has a port
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function* inBatches(pieces: Iterable<string>): Generator<string> {
  let batch = ''
  for (const piece of pieces) {
    batch += piece
    if (batch.length < 64 * 1024) continue
    yield batch
    batch = ''
  }
  yield batch
}

function* list(count: number, tagOf: (index: number) => string): Generator<string> {
  yield '{"name":"team/app","tags":["first"'
  for (let index = 1; index < count; index += 1) yield `,"${tagOf(index)}"`
  yield ']}'
}

const hex = (index: number): string => index.toString(16).padStart(64, '0')

function* garList(count: number, tagOf: (index: number) => string): Generator<string> {
  yield '{"child":[],"manifest":{'
  for (let index = 0; index < count; index += 1) {
    const times = '"timeCreatedMs":"1700000000000","timeUploadedMs":"1700000000000"'
    yield `${index > 0 ? ',' : ''}"sha256:${hex(index)}":{"imageSizeBytes":"1024","tag":["${tagOf(index)}"],${times}}`
  }
  yield '},"name":"team/app","tags":['
  for (let index = 0; index < count; index += 1) yield `${index > 0 ? ',' : ''}"${tagOf(index)}"`
  yield ']}'
}

interface HugeList {
  readonly what: string
  readonly question?: 'gar'
  readonly pieces: () => Iterable<string>
}

/** Of what has to be refused, none may take more. */
const grownMiBMax = 32

const refused: readonly HugeList[] = [
  { what: 'a million tags', pieces: () => list(1_000_000, (index) => `v1.${index}`) },
  { what: 'a million tags with the longest names', pieces: () => list(1_000_000, (index) => hex(index).repeat(2)) },
  { what: 'an object that never ends', pieces: () => list(100, () => `${'x'.repeat(1_000_000)}`) },
  { what: 'values beside the tags', pieces: () => ['{"other":[', '{},'.repeat(25_000_000), '0],"tags":["a"]}'] },
  {
    what: 'Google’s list of a million tags',
    question: 'gar',
    pieces: () => garList(1_000_000, (index) => `v${index}`),
  },
  {
    what: 'Google’s list of few bytes for each tag',
    question: 'gar',
    pieces: () => ['{"manifest":{', ...smallManifests(600_000), '}}'],
  },
]

function* smallManifests(count: number): Generator<string> {
  for (let index = 0; index < count; index += 1)
    yield `${index > 0 ? ',' : ''}"sha256:${hex(index)}":{"tag":["${index}"]}`
}

test.each(refused)('$what is refused, in 32 MiB of memory', async ({ question = 'tags', pieces }) => {
  await using lister = await startLister(pieces)

  const { end, grownMiB } = await ask(lister.host, question)

  expect(end).toMatch(/^REGISTRY_(TOO_LARGE|INTEGRITY)$/)
  expect(grownMiB).toBeLessThan(grownMiBMax)
})

test('a hundred thousand tags with all that Google tells are read, of which little is held meanwhile', async () => {
  await using lister = await startLister(() => garList(100_000, (index) => `v1.2.${index}`))

  const { end } = await ask(lister.host, 'gar')

  expect(end).toBe('100000 read')
})

async function ask(host: string, question: string): Promise<{ readonly end: string; readonly grownMiB: number }> {
  const script = join(import.meta.dirname, '../../../../test/fakes/client-under-attack.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [script, host, question])
  const told = JSON.parse(stdout) as { readonly end: string; readonly grownKiB: number } // as the script prints it
  return { end: told.end, grownMiB: told.grownKiB / 1024 }
}
