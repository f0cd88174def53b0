import { type SubmitEvent, useMemo, useRef, useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Notice } from '../../ui/notice.tsx'
import { rememberLink } from '../invites/join-links.ts'
import page from '../page.module.css'
import { Page } from '../page.tsx'
import { fragmentOf, runFragment } from '../routes.ts'
import { useOperator } from '../session/operator-context.ts'
import { useAction } from '../use-action.ts'
import { CostCard } from './cost-card.tsx'
import styles from './create-page.module.css'
import { adviceOn } from './form-advice.ts'
import { type Draft, defaultDraft, settingsOf } from './form-draft.ts'
import { type FormField, draftKey } from './form-field.ts'
import { type FormParts, FormSection } from './form-section.tsx'
import { sections } from './form-fields.ts'
import { InitialModelCard } from './initial-model-card.tsx'
import { type Checkpoint, fitOf, initialModel } from './initial-model.ts'
import { StrategySection } from './strategy-section.tsx'
import { TemplateCards } from './template-cards.tsx'
import { type Template, filledIn, templates } from './templates.ts'

/** The first invite of a federation, made with it. */
const FIRST_INVITE = { label: 'First invite', hours: 7 * 24 }

/** A federation is a form; what the schema refuses is told at its field. */
export function CreatePage() {
  const operator = useOperator()
  const [{ draft, template, before }, setForm] = useState<Form>({ draft: defaultDraft, template: templates[0] })
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set())
  const [submitted, setSubmitted] = useState(false)
  const [checkpoint, setCheckpoint] = useState<Checkpoint>()
  const form = useRef<HTMLFormElement>(null)
  const creation = useAction()

  const drafted = useMemo(() => settingsOf(draft), [draft])
  const local = { backbone: String(draft['local.backbone']), embedding: Number(draft['local.embedding']) }
  const fit = useMemo(
    () =>
      checkpoint && 'params' in checkpoint && drafted.ok ? fitOf(checkpoint.params, drafted.settings.local) : undefined,
    [checkpoint, drafted],
  )
  const advice = drafted.ok ? adviceOn(drafted.settings) : undefined
  const errorOf = (path: string) =>
    !drafted.ok && (submitted || left.has(path)) ? drafted.errors.get(path) : undefined

  async function create(): Promise<void> {
    if (!drafted.ok) return
    const { settings } = drafted
    const params = fit?.fits ? fit.params : undefined
    const uploaded = await creation.run(() => operator.uploadModel(initialModel(settings, params)))
    if (!uploaded) return
    const created = await creation.run(() => operator.command('create', { settings, model: uploaded.sha256 }))
    if (!created) return
    const { federation } = created
    const invited = await creation.run(() => operator.command('invite', { federation, ...FIRST_INVITE }))
    if (invited) rememberLink(invited.invite.id, invited.path)
    location.hash = runFragment(federation, 'invites')
  }

  const parts: FormParts = {
    draft,
    errorOf,
    advice,
    onChange: (field, value) => setForm((form) => changed(form, field, value)),
    onLeave: (path) => setLeft(new Set([...left, path])),
  }

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    setSubmitted(true)
    if (drafted.ok && (!checkpoint || fit?.fits)) void create()
    else requestAnimationFrame(() => focusFirstError(form.current))
  }

  return (
    <Page title="New federation">
      <div className={page.head}>
        <h1>New federation</h1>
      </div>
      <form className={styles.form} onSubmit={submit} noValidate ref={form}>
        <div className={page.stack}>
          <TemplateCards
            chosen={template}
            before={before?.template}
            onChoose={(chosen) =>
              setForm((form) => ({ draft: filledIn(chosen, form.draft), template: chosen, before: form }))
            }
            onUndo={() => setForm(undone)}
          />
          {sections.map((section) =>
            section === 'strategy' ? (
              <StrategySection key={section} {...parts} settings={drafted.ok ? drafted.settings : undefined} />
            ) : (
              <FormSection key={section} {...parts} section={section} />
            ),
          )}
          <InitialModelCard
            seed={String(draft['seed'])}
            checkpoint={checkpoint}
            fit={fit}
            insist={submitted}
            onPick={setCheckpoint}
          />
        </div>
        <aside className={styles.summary} aria-label="What it costs, and create">
          <CostCard {...local} draft={draft} settings={drafted.ok ? drafted.settings : undefined} />
          {creation.problem && (
            <Notice tone="bad" title="Not created">
              {creation.problem}
            </Notice>
          )}
          {submitted && !drafted.ok && (
            <Notice
              tone="bad"
              title={
                drafted.errors.size === 1 ? 'One field needs a change' : `${drafted.errors.size} fields need a change`
              }
            >
              Each says what is wrong with it.
            </Notice>
          )}
          {submitted && checkpoint && !fit?.fits && (
            <Notice tone="bad" title="The checkpoint cannot be used">
              “Initial model” says why. Choose another, another backbone, or start from the seed.
            </Notice>
          )}
          <Card>
            <p className={page.small}>
              Creating it trains nothing yet: you get a join link to send round, and start it when you like.
            </p>
            <div className={styles.buttons}>
              <Button type="submit" kind="primary" disabled={creation.busy}>
                {creation.busy ? 'Creating …' : 'Create federation'}
              </Button>
              <a href={fragmentOf({ page: 'federations' })}>Cancel</a>
            </div>
          </Card>
        </aside>
      </form>
    </Page>
  )
}

interface Form {
  readonly draft: Draft
  /** What it was last filled in from. */
  readonly template: Template
  /** The form before that, until something else is changed. */
  readonly before?: Form
}

const ownWords = ({ name, description }: Draft): Draft => ({ name, description })

/** As it was before the last choice, but for a person's own words. */
function undone(form: Form): Form {
  const { before, draft } = form
  return before ? { ...before, draft: { ...before.draft, ...ownWords(draft) } } : form
}

function changed({ draft, template, before }: Form, field: FormField, value: string | boolean): Form {
  const undone = field.path in ownWords(draft) ? before : undefined
  return { draft: { ...draft, [draftKey(field)]: value }, template, ...(undone && { before: undone }) }
}

/** Opens its fold, also where a person has closed that over the error. */
function focusFirstError(form: HTMLFormElement | null): void {
  const control = form?.querySelector<HTMLElement>('[aria-invalid="true"], [data-invalid="true"]')
  const fold = control?.closest('details')
  if (fold) fold.open = true
  control?.focus()
}
