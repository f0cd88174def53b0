import type { FederationCard } from '@passerby/protocol'
import { Badge } from '../ui/badge.tsx'
import { Card, Figures } from '../ui/card.tsx'
import { formatBytes, formatCount, formatSeconds, plural } from '../ui/format.ts'
import { Notice } from '../ui/notice.tsx'
import { roundSeconds } from './check-view.ts'
import page from './page.module.css'
import type { CheckView } from './worker/workbench.ts'

/** What came of the check: the device by name, its figures, and why no faster backend is used. */
export function DeviceCard({ check, card }: { readonly check: CheckView; readonly card: FederationCard }) {
  const { epochs } = card.local
  return (
    <Card title="Device" actions={<Badge tone="good">{check.backend === 'webgpu' ? 'WebGPU' : 'WebAssembly'}</Badge>}>
      <p>
        {check.backend === 'webgpu' ? (
          <>
            Trains on the graphics device <b>{check.device}</b>.
          </>
        ) : (
          <>
            Trains on the <b>processor</b>, in WebAssembly with SIMD, on {plural(check.threads, 'thread')}.
          </>
        )}
      </p>
      <Figures
        figures={[
          { name: 'Speed', value: formatCount(Math.max(1, check.imagesPerSecond)), note: 'images per second' },
          {
            name: 'Time per round',
            value: formatSeconds(roundSeconds(check, epochs)),
            note: `about, for ${plural(check.trainingImages, 'image')}, ${plural(epochs, 'pass', 'passes')}`,
          },
          {
            name: 'Gradient check',
            value: 'passed',
            note: `differs by ${check.gradientError.toExponential(0)} at most`,
          },
          ...memoryFigure(check),
          {
            name: 'For validation',
            value: formatCount(check.validationImages),
            note:
              check.validationImages === 0 ? 'too few identities to keep any back' : 'images kept back from training',
          },
        ]}
      />
      {check.notUsed.map(({ backend, reason }) => (
        <Notice key={backend} title={`Why not ${backend === 'webgpu' ? 'WebGPU' : backend}?`}>
          <p>{reason}</p>
          {backend === 'webgpu' && <WebGpuHelp />}
        </Notice>
      ))}
      {check.unreadable.length > 0 && (
        <Notice
          tone="warn"
          title={`${plural(check.unreadable.length, 'crop')} could not be decoded and will not be used`}
        >
          <ul className={page.small}>
            {check.unreadable.slice(0, 20).map(({ name, reason }) => (
              <li key={name}>
                {name}: {reason}
              </li>
            ))}
          </ul>
        </Notice>
      )}
    </Card>
  )
}

/** None where TensorFlow.js trains: it takes memory as it goes. */
function memoryFigure({ memoryBytes }: CheckView) {
  if (memoryBytes === undefined) return []
  return [{ name: 'Memory', value: formatBytes(memoryBytes), note: 'about, for crops and a training step' }]
}

/** How to switch WebGPU on, by browser family; the user agent only picks the sentence. */
function WebGpuHelp() {
  const agent = navigator.userAgent
  if (agent.includes('Firefox/'))
    return (
      <p className={page.small}>
        In Firefox: open about:config, set dom.webgpu.enabled to true, then reload this page.
      </p>
    )
  if (agent.includes('Chrome/'))
    return (
      <p className={page.small}>
        In Chrome or Edge: open chrome://gpu to see whether WebGPU is off; on Linux switch on
        chrome://flags/#enable-unsafe-webgpu and chrome://flags/#enable-vulkan, update the graphics driver, then restart
        the browser. Training works without it, only slower.
      </p>
    )
  return <p className={page.small}>In Safari 18 or later: Settings, Feature Flags, WebGPU, then reload this page.</p>
}
