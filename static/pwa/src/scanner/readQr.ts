/** Finds a QR code in a picture. Only the QR part of ZXing is taken: a sixth of the whole. */
import BinaryBitmap from '@zxing/library/esm/core/BinaryBitmap'
import HybridBinarizer from '@zxing/library/esm/core/common/HybridBinarizer'
import Exception from '@zxing/library/esm/core/Exception'
import QRCodeReader from '@zxing/library/esm/core/qrcode/QRCodeReader'
import RGBLuminanceSource from '@zxing/library/esm/core/RGBLuminanceSource'

const reader = new QRCodeReader()

type Picture = { data: Uint8ClampedArray; width: number; height: number }

/** Its text, or null when none can be read. `data` is RGBA. */
export function readQr({ data, width, height }: Picture): string | null {
  const source = new RGBLuminanceSource(luminances(data), width, height)
  try {
    return reader.decode(new BinaryBitmap(new HybridBinarizer(source))).getText()
  } catch (reason) {
    if (reason instanceof Exception) return null // none there, or not readable
    throw reason
  }
}

function luminances(data: Uint8ClampedArray): Uint8ClampedArray {
  const light = new Uint8ClampedArray(data.length / 4)
  for (let at = 0; at < light.length; at++)
    light[at] = (data[at * 4]! + 2 * data[at * 4 + 1]! + data[at * 4 + 2]!) / 4
  return light
}
