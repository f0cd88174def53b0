interface Call<Self, Arguments, Result> {
  readonly self: Self
  readonly args: Arguments
  readonly result: Result
}

/** Shows `seen` every call of a method of a class that is not ours, when it has returned. Gives what undoes it. */
export function watchMethod<Self extends object, Arguments extends readonly unknown[], Result = unknown>(
  prototype: Self,
  method: string & keyof Self,
  seen: (call: Call<Self, Arguments, Result>) => void,
): () => void {
  const own: unknown = prototype[method]
  if (typeof own !== 'function') throw new TypeError(`watchMethod: ${method} is none`)
  Reflect.set(prototype, method, function (this: Self, ...args: unknown[]) {
    // What a method takes and gives is as its caller here says: overloads have no type of their own.
    const result = Reflect.apply(own, this, args) as Result
    seen({ self: this, args: args as unknown as Arguments, result })
    return result
  })
  return () => void Reflect.set(prototype, method, own)
}
