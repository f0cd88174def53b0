/** True for what operating systems leave in folders and archives: nobody means to import it, so nobody is told. */
export function isClutter(name: string): boolean {
  return name
    .split('/')
    .some((part) => part.startsWith('.') || part === '__MACOSX' || /^(?:thumbs\.db|desktop\.ini)$/i.test(part))
}
