import type { FederationSettings } from '@passerby/protocol'
import { Card, Figures } from '../../ui/card.tsx'
import { formatBytes, formatCount } from '../../ui/format.ts'
import { Notice } from '../../ui/notice.tsx'
import { backboneCosts, costPerImage, extrasBytes } from './backbone-cost.ts'
import { type Draft, defaultSettings } from './form-draft.ts'

/** What the chosen network asks of every client: numbers to send and to compute. */
export function CostCard({
  backbone,
  embedding,
  draft,
  settings,
}: {
  readonly backbone: string
  readonly embedding: number
  readonly draft: Draft
  /** What the form says, once it is right. */
  readonly settings: FederationSettings | undefined
}) {
  const usable =
    Number.isInteger(embedding) && embedding >= 8 && embedding <= 4096 ? embedding : defaultSettings.local.embedding
  const cost = backboneCosts(usable).find(({ name }) => name === backbone)
  const input = { height: Number(draft['local.input.height']), width: Number(draft['local.input.width']) }
  const image = costPerImage(backbone, input)
  const rounds = Number(draft['rounds'])
  const extras = settings ? extrasBytes(settings) : { inAll: 0, most: 0 }
  if (!cost) return null
  return (
    <Card title="What it costs each client">
      <Figures
        figures={[
          {
            name: 'Sent per round',
            value: formatBytes(cost.bytesPerUpdate + extras.most),
            note: extras.most > 0 ? `${formatBytes(extras.most)} of it beside the backbone` : 'one sealed update',
          },
          {
            name: 'Sent in all',
            value: rounds > 0 ? formatBytes(rounds * cost.bytesPerUpdate + extras.inAll) : '—',
            note: 'if it is in every round',
          },
          { name: 'Parameters', value: formatCount(cost.parameters), note: 'with batch-norm statistics' },
          {
            name: 'Per image',
            value:
              'multiplyAdds' in image
                ? `${(image.multiplyAdds / 1e6).toFixed(image.multiplyAdds < 1e7 ? 1 : 0)} M`
                : '—',
            note: 'multiply-adds, forward',
          },
        ]}
      />
      {'refused' in image && Number.isFinite(input.height + input.width) && (
        <Notice tone="warn" title="Backbone and input size do not fit">
          {image.refused}
        </Notice>
      )}
    </Card>
  )
}
