/** Does `action` when asked, but at most once every `ms`: at once after a pause, and in the end for what was asked last. */
export function paced(ms: number, action: () => void): { readonly ask: () => void; readonly stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined
  let again = false
  const run = () => {
    again = false
    timer = setTimeout(() => {
      timer = undefined
      if (again) run()
    }, ms)
    action()
  }
  return {
    ask() {
      again = true
      if (timer === undefined) run()
    },
    stop: () => clearTimeout(timer),
  }
}
