import { DatabaseSync } from 'node:sqlite'
import { defineRowSum } from '../../src/store/sqlite/row-sum.ts'

/** Changes a state past its store, with every checksum as it has to be. */
export function changeFile(file: string, sql: string): void {
  const database = new DatabaseSync(file)
  defineRowSum(database)
  database.exec(sql)
  database.close()
}
