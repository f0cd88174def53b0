import { type SubmitEvent, useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { Field, Input } from '../../ui/field.tsx'
import styles from './login-page.module.css'
import { logIn } from './session.ts'

/** Asks for the operator's token. `refusal`: what the coordinator said of the last one. */
export function LoginPage({ refusal, busy }: { readonly refusal?: string; readonly busy: boolean }) {
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
      <Field label="Token" error={missing ? 'Paste the token that the coordinator printed.' : refusal}>
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
      <Button type="submit" kind="primary" disabled={busy}>
        {busy ? 'Connecting …' : 'Log in'}
      </Button>
      <p className={styles.aside}>
        To take part in a federation with your own crops you need no login: open the join link that its operator sent
        you.
      </p>
    </form>
  )
}
