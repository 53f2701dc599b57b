import { sent, type OptionGroup, type OptionSubjects } from './option-case.ts'

const second = 1_000_000_000

/** What is sent to the API itself: fields that the command has no option for, and others as no command sends them. */
export const apiOptions = ({
  front,
  back,
  volume,
  neighbour,
  frontNeighbour,
  folder,
  place,
}: OptionSubjects): OptionGroup => {
  const host = (name: string, value: unknown, more = {}) =>
    sent(`HostConfig.${name}`, { HostConfig: { [name]: value } }, more)
  const mount = (name: string, request: object, more = {}) =>
    sent(`HostConfig.Mounts: ${name}`, { HostConfig: { Mounts: [request] } }, more)
  const port = String(20_000 + 50 * place + 40)
  const config = (name: string, value: unknown, more = {}) => sent(name, { [name]: value }, more)
  return {
    title: 'By the API directly',
    cases: [
      host('MaskedPaths', ['/proc/kcore']),
      sent('HostConfig.MaskedPaths: none', { HostConfig: { MaskedPaths: [] } }),
      host('ReadonlyPaths', ['/proc/sys', '/proc/bus']),
      host('ConsoleSize', [40, 120]),
      host('Annotations', { 'example.com/a': 'b' }, { since: '1.43' }),
      sent('HostConfig.Init: false', { HostConfig: { Init: false } }),
      host('CgroupnsMode', 'private', { mayBeUnseen: true }),
      host(
        'DeviceRequests',
        [{ Driver: 'nvidia', Count: -1, DeviceIDs: null, Capabilities: [['gpu', 'compute']], Options: { a: 'b' } }],
        { neverStarts: 'few machines have one' },
      ),
      host('Devices', [{ PathOnHost: '/dev/zero', PathInContainer: '/dev/nil', CgroupPermissions: 'rw' }]),
      host('DeviceCgroupRules', ['c 1:5 r']),
      sent(
        'HostConfig.BlkioDeviceReadBps, WriteBps, ReadIOps and WriteIOps',
        {
          HostConfig: Object.fromEntries(
            ['ReadBps', 'WriteBps', 'ReadIOps', 'WriteIOps'].map((each) => [
              `BlkioDevice${each}`,
              [{ Path: '/dev/null', Rate: 9 }],
            ]),
          ),
        },
        { neverStarts: 'few kernels have the block scheduler for it' },
      ),
      host('OomScoreAdj', 7),
      host('NanoCpus', 250_000_000),
      host('VolumesFrom', [`${neighbour}:ro`]),
      sent(
        'HostConfig.NetworkMode with Links',
        {
          HostConfig: { NetworkMode: front, Links: [`${frontNeighbour}:friend`] },
        },
        { isStarted: true },
      ),
      sent('HostConfig.PortBindings of one port at two addresses', {
        ExposedPorts: { '80/tcp': {} },
        HostConfig: {
          PortBindings: {
            '80/tcp': [
              { HostIp: '127.0.0.1', HostPort: port },
              { HostIp: '127.0.0.2', HostPort: port },
            ],
          },
        },
      }),
      host('Binds', [`${folder}:/bound:ro,rprivate`, `${volume}:/bound-too:nocopy`]),
      mount(
        'bind that makes its source',
        {
          Type: 'bind',
          Source: `${folder}/made`,
          Target: '/made',
          BindOptions: { CreateMountpoint: true },
        },
        { since: '1.42' },
      ),
      mount(
        'bind, read-only by force',
        {
          Type: 'bind',
          Source: folder,
          Target: '/forced',
          ReadOnly: true,
          BindOptions: { Propagation: 'rprivate', ReadOnlyForceRecursive: true },
        },
        { since: '1.44', neverStarts: 'few runtimes do it' },
      ),
      mount('bind, not recursive', {
        Type: 'bind',
        Source: folder,
        Target: '/flat',
        BindOptions: { NonRecursive: true },
      }),
      mount(
        'volume with a subpath',
        {
          Type: 'volume',
          Source: volume,
          Target: '/sub',
          VolumeOptions: { Subpath: 'some/part' },
        },
        { since: '1.45' },
      ),
      mount('volume that nobody named, with a driver and labels', {
        Type: 'volume',
        Target: '/driver',
        VolumeOptions: {
          Labels: { a: 'b' },
          DriverConfig: { Name: 'local', Options: { type: 'tmpfs', device: 'tmpfs' } },
        },
      }),
      mount('tmpfs', { Type: 'tmpfs', Target: '/memory', TmpfsOptions: { SizeBytes: 65_536, Mode: 0o700 } }),
      sent(
        'NetworkingConfig with two endpoints',
        {
          HostConfig: { NetworkMode: front },
          NetworkingConfig: {
            EndpointsConfig: {
              [front]: { Aliases: ['one'], IPAMConfig: { IPv4Address: `10.231.77.${100 + place}` } },
              [back]: { Aliases: ['two'], DriverOpts: { 'example.key': '1' } },
            },
          },
        },
        { since: '1.44', isStarted: true },
      ),
      sent('NetworkingConfig with one endpoint', {
        HostConfig: { NetworkMode: back },
        NetworkingConfig: {
          EndpointsConfig: {
            [back]: {
              Aliases: ['two'],
              Links: [`${frontNeighbour}:unused`],
              DriverOpts: { 'example.key': '1' },
              IPAMConfig: { IPv4Address: `10.231.78.${100 + place}`, LinkLocalIPs: ['169.254.9.8'] },
            },
          },
        },
      }),
      config('MacAddress', `02:42:ac:11:${(16 + place).toString(16)}:96`, { isStarted: true }),
      config('Env', ['OLD', 'COLOR=red']),
      config('Cmd', ['700']),
      sent('Entrypoint: none, with Cmd', { Entrypoint: [], Cmd: ['/bin/busybox', 'sleep', '700'] }),
      sent(
        'Entrypoint of the image, without Cmd',
        { Entrypoint: ['/bin/busybox', 'sleep'] },
        { neverStarts: 'it ends at once' },
      ),
      config('Volumes', { '/asked': {} }),
      config('ExposedPorts', { '90/tcp': {} }),
      config('Healthcheck', { Interval: 3 * second, Retries: 7 }),
      sent('Healthcheck: none', { Healthcheck: { Test: ['NONE'] } }),
      config('Labels', { maker: 'me', 'a key: with a colon': '' }),
      config('Shell', ['/bin/busybox', 'sh']),
      config('StopTimeout', 0),
      config('StdinOnce', true),
      config('NetworkDisabled', true),
    ],
  }
}
