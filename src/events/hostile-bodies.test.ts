import { expect, test } from 'vitest'
import { requestBy, shopWeb, word } from '../../test/fakes/senders/sender.ts'
import { senders, startOutside } from '../../test/fakes/senders/senders.ts'
import { enlarge, shapesCount } from '../../test/fuzz/enlarge.ts'
import { createChance } from '../../test/fuzz/mutate.ts'
import { fuzzEventBodies } from '../../test/fuzz/event-bodies.ts'

// `npm run fuzz` tries a million, with another seed each time.
test('thousands of changed bodies crash no source, open no connection, and lead nowhere', async () => {
  const report = await fuzzEventBodies({ seed: 7, bodies: 8_000 })

  expect(report).toMatchObject({ bodies: 8_000, sockets: 0, strayed: [] })
  // Or nothing would have been tried but the ways to refuse.
  expect(report.told).toBeGreaterThan(1_000)
  expect(report.verified).toBeGreaterThan(2_000)
  expect(report.large).toBeGreaterThan(0)
  expect(report.slowestMs).toBeLessThan(1_000)
})

test.each(senders.map((sender, index) => [sender.kind, sender, index] as const))(
  'a body as large or as deep as is let through stops no source of %s',
  async (_, sender, index) => {
    const { fetch, asked } = startOutside()
    const source = sender.open(fetch)
    const way = sender.ways[0] ?? expect.fail('no way')
    const request = requestBy(way, sender.push(shopWeb), word, sender.pushHeaders?.() ?? {})
    // Some for each, all of them together: they take long.
    for (let shape = index % 4; shape < shapesCount; shape += 4) {
      const body = enlarge(request.body, createChance(shape), shape)
      const startedAt = performance.now()

      const events = source.parse({ ...request, body })

      expect(body.length).toBeGreaterThan(2.5 * 1024 * 1024)
      expect(body.length).toBeLessThanOrEqual(3 * 1024 * 1024)
      expect(performance.now() - startedAt).toBeLessThan(5_000)
      expect(events === null || events.length <= 1_000).toBe(true)
    }
    expect(asked).toEqual([])
  },
)
