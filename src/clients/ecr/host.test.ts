import { expect, test } from 'vitest'
import { isEcrPublic, readEcrHost } from './host.ts'

const usual = { account: '123456789012', isFips: false, isDualStack: false }

test.each([
  ['123456789012.dkr.ecr.us-east-1.amazonaws.com', { ...usual, region: 'us-east-1' }],
  ['123456789012.dkr.ecr.us-gov-west-1.amazonaws.com', { ...usual, region: 'us-gov-west-1' }],
  ['123456789012.dkr.ecr-fips.us-east-1.amazonaws.com', { ...usual, region: 'us-east-1', isFips: true }],
  ['123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn', { ...usual, region: 'cn-north-1' }],
  ['123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu', { ...usual, region: 'eusc-de-east-1' }],
  ['123456789012.dkr.ecr.us-iso-east-1.c2s.ic.gov', { ...usual, region: 'us-iso-east-1' }],
  ['123456789012.dkr.ecr.us-isob-east-1.sc2s.sgov.gov', { ...usual, region: 'us-isob-east-1' }],
  ['123456789012.dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk', { ...usual, region: 'eu-isoe-west-1' }],
  ['123456789012.dkr.ecr.us-isof-south-1.csp.hci.ic.gov', { ...usual, region: 'us-isof-south-1' }],
  ['123456789012.dkr-ecr.eu-west-1.on.aws', { ...usual, region: 'eu-west-1', isDualStack: true }],
  ['123456789012.dkr-ecr-fips.us-east-2.on.aws', { ...usual, region: 'us-east-2', isDualStack: true, isFips: true }],
  [
    '123456789012.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn',
    { ...usual, region: 'cn-north-1', isDualStack: true },
  ],
  ['12345678901.dkr.ecr.us-east-1.amazonaws.com', null],
  ['123456789012.dkr.ecr.us-east-1.amazonaws.com.example.com', null],
  ['evil.example.com/123456789012.dkr.ecr.us-east-1.amazonaws.com', null],
  ['x.123456789012.dkr.ecr.us-east-1.amazonaws.com', null],
  ['public.ecr.aws', null],
])('reads %s', (host, expected) => {
  expect(readEcrHost(host)).toEqual(expected)
})

test.each([
  ['public.ecr.aws', true],
  ['ecr-public.aws.com', true],
  ['public.ecr.aws.example.com', false],
])('%s is the public registry: %s', (host, expected) => {
  expect(isEcrPublic(host)).toBe(expected)
})
