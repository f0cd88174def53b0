import { Presets, SingleBar } from 'cli-progress'

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
  return process.stderr.isTTY ? bars() : lines()
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

function bars(): Progress {
  let open: SingleBar | undefined
  return {
    say(line) {
      // The bar redraws itself below the line within its refresh time.
      process.stderr.write(open ? `\r\u001B[K${line}\n` : `${line}\n`)
    },
    begin(task, total) {
      const bar = new SingleBar(
        {
          format: `${task} {bar} {percentage} %  {note}`,
          barsize: 24,
          hideCursor: true,
          clearOnComplete: true,
          gracefulExit: true,
          forceRedraw: true,
        },
        Presets.shades_grey,
      )
      bar.start(total, 0, { note: '' })
      open = bar
      return {
        update: (done, note = '') => bar.update(done, { note }),
        end() {
          bar.stop()
          if (open === bar) open = undefined
        },
      }
    },
  }
}
