import { type SubmitEvent, useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { Notice } from '../../ui/notice.tsx'
import styles from './login-page.module.css'
import { logIn } from './session.ts'

/** Asks for the operator's token. `refusal`: what the coordinator said of the last one. */
export function LoginPage({ refusal }: { readonly refusal?: string }) {
  const [token, setToken] = useState('')
  const [missing, setMissing] = useState(false)
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    setMissing(token.trim() === '')
    if (token.trim() !== '') logIn(token.trim())
  }
  return (
    <form className={styles.login} onSubmit={submit} noValidate>
      <h1>Operator’s login</h1>
      <p>
        The coordinator prints a token, and a link that logs in at once, each time it starts. It is kept in this tab
        only.
      </p>
      {refusal && (
        <div role="alert">
          <Notice tone="bad" title="Not logged in">
            {refusal}
          </Notice>
        </div>
      )}
      <Field label="Token" error={missing ? 'Paste the token that the coordinator printed.' : undefined}>
        {(control) => (
          <Input
            {...control}
            mono
            type="password"
            autoComplete="off"
            spellCheck={false}
            value={token}
            onChange={(event) => setToken(event.target.value)}
          />
        )}
      </Field>
      <Button type="submit" kind="primary">
        Log in
      </Button>
      <p className={styles.aside}>
        To take part in a federation with your own crops you need no login: open the join link that its operator sent
        you.
      </p>
    </form>
  )
}
