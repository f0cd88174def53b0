import { backboneByName, nodeCosts } from '@passerby/backbones'
import { expect, test } from 'vitest'
import { blocksOf, nameWithin } from './blocks.ts'
import { drawing } from './drawing.ts'
import { bytes, millions } from './numbers.ts'
import { overview } from './overview.ts'
import { reportOf } from './report.ts'

const options = { embedding: 512, size: { height: 256, width: 128 }, batchSize: 4 }

test.each([
  ['osnet_x0_25', ['conv1', 'conv2.0', 'conv2.1', 'conv2.2', 'conv3.0'], 11],
  ['resnet50', ['conv1', 'layer1.0', 'layer1.1', 'layer1.2', 'layer2.0'], 1 + 16 + 1],
  ['mobilenet_v1', ['conv1', 'conv_1', 'conv_2', 'conv_3', 'conv_4'], 1 + 13 + 1],
  ['mobilenet_v2', ['features.0', 'features.1', 'features.2', 'features.3', 'features.4'], 19 + 1],
])('%s falls into its blocks, the last of which is the embedding', (name, first, count) => {
  const blocks = blocksOf(nodeCosts(backboneByName(name), options.size))
  expect(blocks.slice(0, 5).map((block) => block.name)).toEqual(first)
  expect(blocks).toHaveLength(count)
  expect(blocks.at(-1)?.name).toBe('embedding')
  expect(new Set(blocks.map((block) => block.name)).size).toBe(count)
})

test('a name is shortened by its own block and by no other', () => {
  expect(nameWithin('layer1.0', 'layer1.0.bn1')).toBe('bn1')
  expect(nameWithin('layer1.1', 'layer1.0.relu')).toBe('layer1.0.relu')
})

test('a drawing has a line per node with shape, parameters, multiply-adds and what is read from elsewhere', () => {
  const text = drawing(reportOf('resnet18+gem', options))
  const lines = text.split('\n').map((line) => line.trim().split(/\s{2,}/))
  expect(lines).toContainEqual(['conv1', 'convolution 7×7 /2', '128×64×64', '9,408', '77.1 M'])
  expect(lines).toContainEqual([
    'downsample.0',
    'convolution 1×1 /2',
    '32×16×128',
    '8,192',
    '4.19 M',
    '← layer1.1.relu',
  ])
  expect(lines).toContainEqual(['add', 'sum', '32×16×128', '← bn2, downsample.1'])
  expect(lines).toContainEqual(['global_gempool', 'generalised mean', '1×1×512'])
  // 3·3·64·128 + 3·3·128·128 + 64·128, and three batch norms of 2·128.
  expect(lines.find(([name]) => name === 'layer2.0')?.slice(0, 2)).toEqual(['layer2.0', '230,144'])
  expect(text).toContain('parameters     11,440,192, and 10,624 running statistics')
  expect(text).toMatch(/resnet18 +torchvision.* 11,689,512 +11,689,512 +1,814 M +1,814.1 M +agree/)
})

test('a gate that another node has counted is shared, and what is ours is said to be', () => {
  const text = drawing(reportOf('tiny', options))
  expect(text).toMatch(/conv2b\.gate +gate, 1 hidden +64×32×8 +shared/)
  expect(text).toContain('Nothing is published of this network')
})

test('parameters of all lines are the total, each counted once', () => {
  for (const name of ['osnet_x0_25', 'mobilenet_v2+stride1+bnneck']) {
    const { nodes, parameters } = reportOf(name, options)
    expect(nodes.reduce((sum, one) => sum + (one.shared ? 0 : one.weights), 0)).toBe(parameters)
  }
})

test('an overview has every published figure beside ours, and none differs', () => {
  const text = overview([reportOf('tiny', options), reportOf('resnet50', options)])
  expect(text).toMatch(/resnet50 +512 +24,558,144 +2,670\.2 M +98\.4 MB/)
  expect(text.match(/ agree$/gm)).toHaveLength(13)
  expect(text).not.toContain('DIFFER')
})

test('counts are for people', () => {
  expect([128, 34_000, 1_049_088, 2_670_184_448].map(millions)).toEqual(['128', '0.03 M', '1.05 M', '2,670.2 M'])
  expect([49_316, 98_449_152, 2_074_700_000].map(bytes)).toEqual(['49.3 kB', '98.4 MB', '2.07 GB'])
})
