import { encode } from 'uqr'
import { describe, expect, it } from 'vitest'
import { readQr } from '@/scanner/readQr'

const TEXT = 'https://workstation.example.cn/#/code/SZ-0042/012345'

/** A picture of the code, `zoom` pixels a module, with the light falling off to the right. */
function drawn(zoom: number, { dim = 0 } = {}) {
  const { data: rows, size } = encode(TEXT, { ecc: 'M', border: 4 })
  const side = size * zoom
  const data = new Uint8ClampedArray(side * side * 4)
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const dark = rows[Math.floor(y / zoom)]![Math.floor(x / zoom)]
      const light = (dark ? 20 : 235) * (1 - (dim * x) / side)
      data.set([light, light, light, 255], (y * side + x) * 4)
    }
  return { data, width: side, height: side }
}

describe('a QR code in a picture', () => {
  it.each([3, 5, 12])('is read at %i pixels a module', (zoom) => {
    expect(readQr(drawn(zoom))).toBe(TEXT)
  })

  it('is read in uneven light', () => {
    expect(readQr(drawn(6, { dim: 0.6 }))).toBe(TEXT)
  })

  it('is not seen where there is none', () => {
    const blank = { data: new Uint8ClampedArray(200 * 200 * 4).fill(200), width: 200, height: 200 }
    expect(readQr(blank)).toBeNull()
  })

  it('is not made up from a picture that is covered by half', () => {
    const half = drawn(6)
    half.data.fill(235, half.data.length / 3)
    expect(readQr(half)).toBeNull()
  })
})
