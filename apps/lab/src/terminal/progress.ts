import { onInterrupt } from './interrupt.ts'

/** What a command shows while it works: on standard error, so that standard output stays clean for results. */
export interface Progress {
  /** A lasting line. */
  say(line: string): void
  /** A task of `total` parts: a bar on a terminal, a line at its start elsewhere. */
  begin(task: string, total: number): Task
}

export interface Task {
  /** `done` of the parts, with a few words on where it stands. */
  update(done: number, note?: string): void
  end(): void
}

/** Progress on this process's standard error. */
export function terminalProgress(): Progress {
  return process.stderr.isTTY ? barBelow(process.stderr) : lines()
}

function lines(): Progress {
  const say = (line: string) => void process.stderr.write(`${line}\n`)
  return {
    say,
    begin(task) {
      say(`${task} …`)
      return { update() {}, end() {} }
    },
  }
}

const CLEARED = '\r\u001B[K'
const CURSOR_HIDDEN = '\u001B[?25l'
const CURSOR_SHOWN = '\u001B[?25h'
const BAR_WIDTH = 24
const REDRAW_MS = 100

interface Shown {
  readonly task: string
  readonly total: number
  done: number
  note: string
}

/** A bar below the lines: that of the task begun last. However the process ends, the bar goes and the cursor is back. */
export function barBelow(terminal: Pick<NodeJS.WriteStream, 'write' | 'columns'>): Progress {
  const open: Shown[] = []
  const bar = () => {
    const shown = open.at(-1)
    return shown ? barOf(shown).slice(0, terminal.columns - 1) : ''
  }
  const draw = () => void terminal.write(CLEARED + bar())
  const restore = () => void terminal.write(CLEARED + CURSOR_SHOWN)
  let close = () => {}
  const start = () => {
    terminal.write(CURSOR_HIDDEN)
    const timer = setInterval(draw, REDRAW_MS)
    const uninterrupted = onInterrupt(() => {})
    process.once('exit', restore)
    close = () => {
      clearInterval(timer)
      uninterrupted()
      process.off('exit', restore)
      restore()
    }
  }
  return {
    say: (line) => void terminal.write(open.length === 0 ? `${line}\n` : `${CLEARED}${line}\n${bar()}`),
    begin(task, total) {
      const shown: Shown = { task, total, done: 0, note: '' }
      open.push(shown)
      if (open.length === 1) start()
      draw()
      return {
        update: (done, note = '') => void Object.assign(shown, { done, note }),
        end() {
          const at = open.indexOf(shown)
          if (at === -1) return
          open.splice(at, 1)
          if (open.length === 0) close()
        },
      }
    },
  }
}

function barOf({ task, total, done, note }: Shown): string {
  const share = total === 0 ? 1 : Math.min(1, done / total)
  const full = Math.round(BAR_WIDTH * share)
  return `${task} ${'█'.repeat(full)}${'░'.repeat(BAR_WIDTH - full)} ${Math.floor(100 * share)} %  ${note}`
}
