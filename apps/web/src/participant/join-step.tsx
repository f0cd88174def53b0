import { publicImagesOf } from '@passerby/federation'
import type { FederationCard } from '@passerby/protocol'
import { useState, type ReactNode } from 'react'
import { aboutStrategy, publicSetBytes } from '../ui/about-strategy.ts'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { Field, Input } from '../ui/field.tsx'
import { formatBytes, plural } from '../ui/format.ts'
import { Icon, type IconName } from '../ui/icons.tsx'
import { Notice } from '../ui/notice.tsx'
import { Ended } from './ended.tsx'
import styles from './join-step.module.css'
import { leaving, publicImagesFor, togetherness } from './leaving.ts'
import page from './page.module.css'

const stateTones = { waiting: 'neutral', running: 'good', paused: 'warn', ended: 'neutral' } as const
const stateNames = { waiting: 'not started yet', running: 'running', paused: 'paused', ended: 'ended' }

/** Who asks, what for, what leaves and what never does; then consent. */
export function JoinStep({
  card,
  host,
  words,
  pinned,
  agreed,
  onAgree,
  onModel,
}: {
  readonly card: FederationCard
  readonly host: string
  /** The root key's fingerprint, eight words. */
  readonly words: readonly string[]
  /** Whether this browser saw the same key before. */
  readonly pinned: boolean
  readonly agreed: { readonly alias: string } | undefined
  readonly onAgree: (alias: string) => void
  /** Hands over the newest model. */
  readonly onModel: () => Promise<void>
}) {
  const publicImages = publicImagesOf(card.strategy)
  return (
    <>
      <div className={page.title}>
        <h1>{card.name}</h1>
        <p className={page.lead}>
          {card.description ||
            'Help to train a network that recognises the same person again in another camera, without showing anyone your images.'}
        </p>
      </div>
      <Card title="What is learnt" actions={<Badge tone={stateTones[card.state]}>{stateNames[card.state]}</Badge>}>
        <p>
          A <b>{card.local.backbone}</b> backbone for crops of {card.local.input.width}×{card.local.input.height}{' '}
          pixels, by <b>{aboutStrategy(card.strategy.name).title}</b>: {togetherness(card)}{' '}
          {plural(card.rounds, 'round')} in all, {card.round === 0 ? 'none' : card.round} done; each of{' '}
          {plural(card.local.epochs, 'pass', 'passes')} over your crops. A round needs{' '}
          {plural(card.cohort.minClients, 'participant')}.
        </p>
        {publicImages > 0 && (
          <p>
            Your device also downloads <b>public images</b>, which the operator provides: up to{' '}
            {plural(publicImages, 'image')}, {formatBytes(publicSetBytes(card))}, once in a visit.{' '}
            {publicImagesFor(card)}
          </p>
        )}
      </Card>
      <div className={page.columns}>
        <Card title="Leaves this device">
          <ul className={page.list}>
            {leaving(card).map(({ icon, name, more }) => (
              <Line key={name} icon={icon} name={name} more={more} />
            ))}
          </ul>
        </Card>
        <Card title="Never leaves">
          <ul className={page.list}>
            <Line icon="lock" name="Your crops" more="They are read on this device and kept in this browser." />
            <Line icon="lock" name="Identities and cameras" more="Neither labels nor how many of them there are." />
            <Line icon="lock" name="File and folder names" />
            <Line icon="lock" name="The identity head" more="The part of the network that tells your people apart." />
          </ul>
        </Card>
      </div>
      <Card title="Who runs it">
        <p>
          The coordinator at <b>{host}</b>, which proved that it holds the key named in your link.{' '}
          {pinned ? 'This browser has seen the same key before.' : 'This browser will remember the key.'} To be sure of
          the person, compare these words by phone:
        </p>
        <ol className={styles.words} aria-label="Fingerprint">
          {words.map((word, index) => (
            // Words may repeat: their place is part of them.
            // oxlint-disable-next-line react/no-array-index-key
            <li key={`${index} ${word}`}>{word}</li>
          ))}
        </ol>
      </Card>
      {agreed && (
        <Notice tone="good" title={`You take part as ${agreed.alias}.`}>
          Leave at any time with the button beside your training.
        </Notice>
      )}
      {!agreed && card.state === 'ended' && (
        <Ended sentence="This federation has ended: there is nothing left to train" download={onModel} />
      )}
      {!agreed && card.state !== 'ended' && <Agreement onAgree={onAgree} />}
    </>
  )
}

function Line({ icon, name, more }: { readonly icon: IconName; readonly name: ReactNode; readonly more?: string }) {
  return (
    <li>
      <Icon name={icon} />
      <div>
        {name}
        {more && <small>{more}</small>}
      </div>
    </li>
  )
}

function Agreement({ onAgree }: { readonly onAgree: (alias: string) => void }) {
  const [alias, setAlias] = useState('')
  const [consent, setConsent] = useState(false)
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        onAgree(alias.trim() || 'Anonymous')
      }}
    >
      <Card title="Take part">
        <Field label="Alias" help="What the operator sees you as. A site's name will do; left empty, it is Anonymous.">
          {(control) => (
            <Input
              {...control}
              value={alias}
              maxLength={40}
              autoComplete="off"
              onChange={(event) => setAlias(event.target.value)}
            />
          )}
        </Field>
        <label className={styles.consent}>
          <input type="checkbox" checked={consent} onChange={(event) => setConsent(event.target.checked)} />
          <span>I may use these crops for training, and agree that what stands under “Leaves this device” does.</span>
        </label>
        <div className={page.actions}>
          <Button kind="primary" type="submit" disabled={!consent}>
            Join
          </Button>
        </div>
      </Card>
    </form>
  )
}
