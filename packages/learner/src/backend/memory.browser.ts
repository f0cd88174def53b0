/** What the browser says of its machine: rounded, and never more than it cares to tell; undefined in some browsers. */
export function machineMemory(): number | undefined {
  const { deviceMemory } = navigator as { readonly deviceMemory?: number }
  return deviceMemory === undefined ? undefined : deviceMemory * 2 ** 30
}
