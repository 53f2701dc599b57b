import type { Compilable, CompiledQuery, QueryResult } from 'kysely'
import type { Db } from './tables.ts'

/**
 * A query that is built once for each kind of database, and then only run: what every decision asks is asked hundreds of
 * times a pass, and Kysely takes three times as long to build a query as the database to answer it.
 *
 * @param build must not look at the values: it is called with stand-ins for them
 */
export function prepared<Given extends object, Row>(
  build: (db: Db, values: Given) => Compilable<Row>,
): (db: Db, values: Given) => Promise<QueryResult<Row>> {
  // Databases and their transactions share the adapter.
  const known = new WeakMap<object, CompiledQuery<Row>>()
  return (db, values) => {
    const executor = db.getExecutor()
    let compiled = known.get(executor.adapter)
    if (compiled === undefined) {
      compiled = build(db, standIns<Given>()).compile()
      known.set(executor.adapter, compiled)
    }
    const parameters = compiled.parameters.map((each) =>
      each instanceof StandIn ? Reflect.get(values, each.name) : each,
    )
    return executor.executeQuery<Row>({ ...compiled, parameters })
  }
}

class StandIn {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

/** To the builder a value is a value: it goes among the parameters as it is. */
const standIns = <Given extends object>(): Given =>
  new Proxy({}, { get: (_, name) => new StandIn(String(name)) }) as Given // whatever its fields are
