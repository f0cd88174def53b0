/** Moments as people read them, in this device's time zone. Epoch milliseconds. */
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })
const second = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })

/** `21 Nov, 14:40` */
export const formatMoment = (at: number): string => day.format(at)

/** `14:40:07`, with the day in front when it is not that of `now`. */
export function formatClock(at: number, now: number): string {
  const sameDay = new Date(at).toDateString() === new Date(now).toDateString()
  return sameDay ? second.format(at) : `${day.format(at)}:${String(new Date(at).getSeconds()).padStart(2, '0')}`
}
