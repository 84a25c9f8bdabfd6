/** What `--param VALUE` is: JSON where it is a plain value of it, else text. */
export function parameterOf(text: string): null | boolean | number | string {
  const value = jsonValue(text)
  // A number that a double does not hold comes to where it is compared or written as text.
  if (typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(text)) return text
  return value
}

function jsonValue(text: string): null | boolean | number | string {
  try {
    const value: unknown = JSON.parse(text)
    const isPlain = value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string'
    return isPlain ? value : text
  } catch {
    return text
  }
}
