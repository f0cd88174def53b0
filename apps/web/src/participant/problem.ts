import type { SessionRefusal } from '@passerby/participant'
import type { Missing } from './support.ts'

/** What keeps the whole page from going on. */
export type Problem =
  | { readonly kind: 'bad-link' }
  | { readonly kind: 'browser'; readonly missing: Missing }
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'refused'; readonly refusal: SessionRefusal }
  | { readonly kind: 'unexpected'; readonly message: string }

/** `retry`: load the page again. `trust`: forget the key that this browser remembers, then load the page again. */
export type Way = 'retry' | 'trust'

export interface ProblemPage {
  readonly title: string
  readonly what: string
  readonly safe: string
  readonly next: string
  readonly ways: readonly Way[]
}

const NOTHING_SENT = 'Nothing of yours has left this device.'
const CROPS_SAFE =
  'Your crops and your identity head are untouched in this browser, and rounds that were counted stay counted.'

/** What happened, what is safe, what to do: one page for every problem by its name. */
export function problemPage(problem: Problem): ProblemPage {
  switch (problem.kind) {
    case 'bad-link':
      return {
        title: 'This join link is incomplete',
        what: 'A join link ends in # and a long code. Here that part is missing or was cut off, as chat and mail programs sometimes do.',
        safe: NOTHING_SENT,
        next: 'Open the whole link, or ask for it again.',
        ways: [],
      }
    case 'browser':
      return {
        title: 'This browser cannot take part',
        what: problem.missing.what,
        safe: NOTHING_SENT,
        next: problem.missing.next,
        ways: [],
      }
    case 'unreachable':
      return {
        title: 'The coordinator cannot be reached',
        what: 'It did not answer. It may be restarting, or this device is offline.',
        safe: CROPS_SAFE,
        next: 'Check your connection and try again in a moment.',
        ways: ['retry'],
      }
    case 'refused':
      return refusedPage(problem.refusal)
    case 'unexpected':
      return {
        title: 'Something went wrong in this page',
        what: problem.message,
        safe: CROPS_SAFE,
        next: 'Load the page again. It goes on where it was.',
        ways: ['retry'],
      }
  }
}

const lookAgain = { safe: CROPS_SAFE, ways: ['retry'] } as const
const askForLink = { safe: CROPS_SAFE, next: 'Ask the operator for a new join link.', ways: [] } as const

function refusedPage({ code, message }: SessionRefusal): ProblemPage {
  switch (code) {
    case 'changed-key':
      return {
        title: 'The coordinator has another key than before',
        what: `Either the operator set the coordinator up anew, or someone else answers in its place. ${message}`,
        safe: 'Nothing was sent. Your crops and your identity head are untouched.',
        next: 'Ask the operator by phone, not by a message, and trust the new key only if it was changed on purpose.',
        ways: ['trust'],
      }
    case 'untrusted':
      return {
        title: 'The coordinator could not prove who it is',
        what: message,
        safe: 'Nothing was sent. Your crops and your identity head are untouched.',
        next: 'Do not go on. Check that the link is the one that you were given, and ask the operator.',
        ways: ['retry'],
      }
    case 'unsupported-browser':
      return {
        title: 'This browser cannot take part',
        what: message,
        safe: NOTHING_SENT,
        next: 'Use another browser.',
        ways: [],
      }
    case 'unknown-federation':
      return {
        title: 'There is no such federation',
        what: 'The coordinator knows none of this name. It may have been deleted.',
        safe: CROPS_SAFE,
        next: 'Check the link with whoever sent it.',
        ways: ['retry'],
      }
    case 'federation-ended':
      return {
        title: 'This federation has ended',
        what: message,
        safe: CROPS_SAFE,
        next: 'Load the page again to fetch the final model, if you took part.',
        ways: ['retry'],
      }
    case 'bad-token':
      return {
        title: 'This join link is not valid',
        what: 'The coordinator did not issue it for this federation.',
        ...askForLink,
      }
    case 'expired-token':
      return {
        title: 'This join link has expired',
        what: 'It was valid for a limited time, which is over.',
        ...askForLink,
      }
    case 'revoked-token':
      return { title: 'This join link was revoked', what: 'The operator withdrew it.', ...askForLink }
    case 'excluded':
      return {
        title: 'This client was taken out of the federation',
        what: message,
        safe: CROPS_SAFE,
        next: 'Ask the operator. Once you are let in, try again: training goes on here from where the others are.',
        ways: ['retry'],
      }
    case 'replaced':
      return {
        title: 'Training goes on elsewhere',
        what: 'The same identity joined again, from a copy of this tab say, and the later one goes on.',
        safe: CROPS_SAFE,
        next: 'Close this tab, or load it again to go on here.',
        ways: ['retry'],
      }
    case 'malformed':
    case 'unsupported-version':
    case 'too-large':
      return {
        title: 'Page and coordinator differ in version',
        what: message,
        next: 'Load the page again to get the present version.',
        ...lookAgain,
      }
    default:
      return {
        title: 'The coordinator refused this device',
        what: message,
        next: 'Load the page again. If it goes on, tell the operator these words.',
        ...lookAgain,
      }
  }
}
