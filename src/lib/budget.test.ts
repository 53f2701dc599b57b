import { expect, test } from 'vitest'
import { createBudget } from './budget.ts'

/** Keeps the processor busy. */
function work(ms: number): void {
  const began = process.threadCpuUsage()
  for (;;) {
    const { user, system } = process.threadCpuUsage(began)
    if ((user + system) / 1000 >= ms) return
  }
}

test('pieces of work have one time together, in which what others do between them does not count', () => {
  const budget = createBudget(40)

  const isOver = [1, 2, 3].map(() => {
    work(30)
    return budget.spend((isSpent) => {
      work(15)
      return isSpent()
    })
  })

  expect(isOver).toEqual([false, false, true])
  expect(budget.leftMs()).toBeLessThan(0)
})

test('what is reserved is left over', () => {
  const budget = createBudget(40)

  const isOver = budget.spend((isSpent) => {
    work(15)
    return isSpent()
  }, 30)

  expect(isOver).toBe(true)
  expect(budget.leftMs()).toBeGreaterThan(0)
})
