import type { Budget, Figure, Missing, Unit } from './figure.ts'
import { isWithinBudget, ratioOf } from './figure.ts'

/** All figures as one table, and what could not be measured below it. */
export function toTable(figures: readonly Figure[], missing: readonly Missing[]): string {
  const titles = ['WHAT', 'MEASURED', 'FLOOR', '', 'RATIO', 'BUDGET', '']
  const rows = figures.map((figure) => {
    const { what, value, unit, floor, budget } = figure
    const ratio = ratioOf(figure)
    return [
      what,
      show(value, unit),
      floor === undefined ? '' : show(floor.value, unit),
      floor?.what ?? '',
      ratio === null ? '' : `${ratio.toFixed(2)} x`,
      budget === undefined ? '' : showBudget(budget, unit),
      verdicts[`${isWithinBudget(figure)}`],
    ]
  })
  const lines = missing.map(({ what, reason }) => `not measured: ${what}: ${reason}`)
  return [...align([titles, ...rows]), ...lines].join('\n')
}

const verdicts = { true: 'ok', false: 'OVER', null: '' }

function align(rows: readonly (readonly string[])[]): readonly string[] {
  const widthOf = (column: number): number => Math.max(...rows.map((row) => row[column]?.length ?? 0))
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widthOf(column)))
      .join('  ')
      .trimEnd(),
  )
}

/** The same for programs. */
export function toJson(figures: readonly Figure[], missing: readonly Missing[]): string {
  const all = figures.map((figure) => ({ ...figure, ratio: ratioOf(figure), isWithinBudget: isWithinBudget(figure) }))
  return JSON.stringify({ figures: all, missing }, null, 2)
}

function show(value: number, unit: Unit): string {
  const digits = unit === 'per image' ? 2 : value < 10 && unit !== 'requests' ? 1 : 0
  return `${value.toFixed(digits)} ${unit}`
}

function showBudget({ most, timesFloor, overFloor }: Budget, unit: Unit): string {
  return [
    most === undefined ? [] : [`<= ${show(most, unit)}`],
    timesFloor === undefined ? [] : [`<= ${timesFloor} x floor`],
    overFloor === undefined ? [] : [`<= floor + ${show(overFloor, unit)}`],
  ]
    .flat()
    .join(', ')
}
