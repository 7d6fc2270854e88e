/**
 * Thousands of small pictures put into one, pixel by pixel: told to draw each, a browser takes ten times as long.
 * A pixel is four bytes: red, green, blue, and how much it covers.
 */
export type Picture = { width: number; height: number; data: Uint8ClampedArray }

/** A picture of which only the pixels that cover anything are looked at; `places` are these, as x, y, x, y … */
export type Stamp = Picture & { places: Int16Array }

export function stampOf(picture: Picture): Stamp {
  const places: number[] = []
  for (let y = 0; y < picture.height; y++)
    for (let x = 0; x < picture.width; x++) if (picture.data[at(picture, x, y) + 3]) places.push(x, y)
  const { width, height, data } = picture
  return { width, height, data, places: Int16Array.from(places) }
}

const at = ({ width }: Picture, x: number, y: number) => (y * width + x) * 4

/** Puts a stamp's middle at a point of the picture; what reaches over its edge is cut off. */
export function press(onto: Picture, stamp: Stamp, x: number, y: number): void {
  const left = Math.round(x - stamp.width / 2)
  const top = Math.round(y - stamp.height / 2)
  for (let nth = 0; nth < stamp.places.length; nth += 2) {
    const [from, to] = [stamp.places[nth]!, stamp.places[nth + 1]!]
    const column = left + from
    const row = top + to
    if (column < 0 || row < 0 || column >= onto.width || row >= onto.height) continue
    cover(onto.data, at(onto, column, row), stamp.data, at(stamp, from, to))
  }
}

function cover(onto: Uint8ClampedArray, to: number, from: Uint8ClampedArray, start: number): void {
  const over = from[start + 3]!
  const under = (onto[to + 3]! * (255 - over)) / 255
  const both = over + under
  for (let colour = 0; colour < 3; colour++)
    onto[to + colour] = (from[start + colour]! * over + onto[to + colour]! * under) / both
  onto[to + 3] = both
}
