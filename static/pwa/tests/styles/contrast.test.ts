import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const css = readFileSync(new URL('../../src/styles/tokens.css', import.meta.url), 'utf8')
const [light, dark] = css.split('prefers-color-scheme: dark').map(
  (part) => Object.fromEntries([...part.matchAll(/--([\w-]+): (#[\da-f]{6})/g)].map(([, name, value]) => [name, value])),
)

function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
}

function contrast(one: string, other: string): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (high! + 0.05) / (low! + 0.05)
}

const TEXTS = ['ink', 'second', 'primary', 'good', 'wait', 'bad', 'quiet']
const PAIRS = [
  ...TEXTS.flatMap((text) => [[text, 'card'], [text, 'ground']]),
  ...['primary', 'good', 'wait', 'bad'].flatMap((tone) => [[tone, `${tone}-soft`], ['ink', `${tone}-soft`]]),
  ['on-primary', 'primary'],
] as [string, string][]

describe.each([['light', light!], ['dark', dark!]])('%s', (_theme, colours) => {
  it.each(PAIRS)('%s is read on %s', (text, ground) => {
    expect(contrast(colours[text]!, colours[ground]!)).toBeGreaterThanOrEqual(4.5)
  })

  it.each(['card', 'ground'])('the edge of a control is seen on %s', (ground) => {
    expect(contrast(colours.edge!, colours[ground]!)).toBeGreaterThanOrEqual(3)
  })
})
