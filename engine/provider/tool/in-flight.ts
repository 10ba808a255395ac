/** One question for all who ask while it is under way; who asks later gets a fresh answer. */
export function inFlight<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined
  return () => {
    asked ??= ask().finally(() => {
      asked = undefined
    })
    return asked
  }
}
