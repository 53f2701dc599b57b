import { z } from 'zod'

const dependencySchema = z.object({
  /** `service_started`, `service_healthy` or `service_completed_successfully`. */
  condition: z
    .string()
    .nullish()
    .transform((value) => value ?? 'service_started'),
  restart: z
    .boolean()
    .nullish()
    .transform((value) => value ?? false),
  required: z
    .boolean()
    .nullish()
    .transform((value) => value ?? true),
})

const portSchema = z.object({
  target: z.number(),
  /** A port or a range; null where the engine chooses. */
  published: z
    .union([z.string(), z.number()])
    .nullish()
    .transform((value) => (value == null ? null : String(value))),
  host_ip: z
    .string()
    .nullish()
    .transform((value) => value ?? null),
  protocol: z
    .string()
    .nullish()
    .transform((value) => value ?? 'tcp'),
})

const serviceSchema = z
  .object({
    image: z.string().nullish(),
    build: z.unknown().optional(),
    container_name: z.string().nullish(),
    scale: z.number().int().nullish(),
    deploy: z.object({ replicas: z.number().int().nullish() }).nullish(),
    depends_on: z.record(z.string(), dependencySchema).nullish(),
    network_mode: z.string().nullish(),
    ipc: z.string().nullish(),
    pid: z.string().nullish(),
    volumes_from: z.array(z.string()).nullish(),
    ports: z.array(portSchema).nullish(),
    profiles: z.array(z.string()).nullish(),
  })
  .transform((service) => ({
    /** As the file has it, with its variables filled in. */
    image: service.image ?? null,
    hasBuild: service.build != null,
    containerName: service.container_name ?? null,
    replicas: service.scale ?? service.deploy?.replicas ?? 1,
    dependsOn: service.depends_on ?? {},
    networkMode: service.network_mode ?? null,
    pidMode: service.pid ?? null,
    ipcMode: service.ipc ?? null,
    /** Services whose namespaces or volumes it uses; their container's id is part of its hash. Sorted. */
    follows: followed([service.network_mode, service.ipc, service.pid], service.volumes_from ?? []),
    ports: (service.ports ?? []).map(({ host_ip: hostIp, ...port }) => ({ ...port, hostIp })),
    profiles: service.profiles ?? [],
  }))

/** What `config --format json` prints, as far as it is read here. @see compose-spec, `spec.md` */
export const composeConfigSchema = z.object({ services: z.record(z.string(), serviceSchema) })

/** One service of a project, as Compose reads it. */
export type ComposeService = z.output<typeof serviceSchema>

function followed(modes: readonly (string | null | undefined)[], volumesFrom: readonly string[]): readonly string[] {
  const shared = modes.flatMap((mode) => (mode?.startsWith('service:') === true ? [mode.slice('service:'.length)] : []))
  const mounted = volumesFrom.filter((each) => !each.startsWith('container:')).map((each) => each.split(':')[0] ?? each)
  return [...new Set([...shared, ...mounted])].toSorted()
}
