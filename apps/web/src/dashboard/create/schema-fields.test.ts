import * as v from 'valibot'
import { expect, test } from 'vitest'
import { schemaGroups } from './schema-fields.ts'

const Inner = v.pipe(
  v.object({ on: v.optional(v.boolean(), false), deep: v.object({ note: v.string() }) }),
  v.title('Inner'),
  v.description('Of the group.'),
)

test('a schema’s settings are fields, those of its objects groups after them, literals nothing', () => {
  const Schema = v.pipe(
    v.object({
      name: v.literal('any'),
      inner: v.optional(Inner, { deep: { note: '' } }),
      rate: v.pipe(
        v.optional(v.pipe(v.number(), v.minValue(0), v.title('Not this one')), 1),
        v.title('Rate'),
        v.description('How fast.'),
        v.metadata({ unit: 'rounds' }),
      ),
      kind: v.pipe(v.picklist(['a', 'b']), v.metadata({ options: { a: 'The first' } })),
    }),
    v.description('Of all.'),
    v.check(() => true),
  )
  expect(schemaGroups(Schema, 'strategy')).toEqual([
    {
      sentence: 'Of all.',
      fields: [
        { path: 'strategy.rate', label: 'Rate', sentence: 'How fast.', kind: 'number', unit: 'rounds' },
        {
          path: 'strategy.kind',
          label: 'kind',
          sentence: '',
          kind: 'choice',
          options: [
            { value: 'a', label: 'The first' },
            { value: 'b', label: 'b' },
          ],
        },
      ],
    },
    {
      title: 'Inner',
      sentence: 'Of the group.',
      fields: [{ path: 'strategy.inner.on', label: 'on', sentence: '', kind: 'switch' }],
    },
    { fields: [{ path: 'strategy.inner.deep.note', label: 'note', sentence: '', kind: 'text' }] },
  ])
})

test('a type that the form cannot ask for is told by its path', () => {
  expect(() => schemaGroups(v.object({ list: v.array(v.number()) }), 'strategy')).toThrow(
    'schemaGroups: strategy.list is of type array, which the form cannot ask for yet',
  )
})
