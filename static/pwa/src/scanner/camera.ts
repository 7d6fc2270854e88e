/** Looks through the camera for a QR code. The picture stays in memory, and is read five times a second. */
import { readQr } from './readQr'

export type NoCamera = 'denied' | 'absent' | 'busy'

const LOOK_EVERY_MS = 200
const SIDE_PX = 640
// The reader misses one code in fifteen that stands still and straight (zxing-js/library#653), and read each of
// 1,200 at one of these turns: each look turns the picture otherwise. Radians.
const TURNS = [0, 0.25, 0.5]
const REASONS: Record<string, NoCamera> = { NotAllowedError: 'denied', NotFoundError: 'absent' }

/** Starts the camera in this element, or says why there is none. */
export async function openCamera(video: HTMLVideoElement): Promise<NoCamera | null> {
  if (!navigator.mediaDevices?.getUserMedia) return 'absent'
  try {
    const stream = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: { ideal: 'environment' }, width: { ideal: 1280 } },
    })
    video.srcObject = stream
    await video.play()
    return null
  } catch (reason) {
    closeCamera(video)
    return REASONS[(reason as DOMException).name] ?? 'busy'
  }
}

export function closeCamera(video: HTMLVideoElement): void {
  const stream = video.srcObject as MediaStream | null
  for (const track of stream?.getTracks() ?? []) track.stop()
  video.srcObject = null
}

/** Calls `found` with the text of each code that is seen, until the camera is closed. */
export function watchCamera(video: HTMLVideoElement, found: (text: string) => void): void {
  const canvas = document.createElement('canvas')
  const look = (count: number) => {
    if (!video.srcObject) return
    try {
      const text = seen(video, canvas, TURNS[count % TURNS.length]!)
      if (text) found(text)
    } finally {
      setTimeout(look, LOOK_EVERY_MS, count + 1) // a picture that breaks the reader is not the last one
    }
  }
  look(0)
}

/** The square in the middle, as the frame on the screen shows it, turned about its middle. */
function seen(video: HTMLVideoElement, canvas: HTMLCanvasElement, turn: number): string | null {
  const square = Math.min(video.videoWidth, video.videoHeight)
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (!square || !context) return null
  const side = Math.min(square, SIDE_PX)
  canvas.width = canvas.height = side
  const [left, top] = [(video.videoWidth - square) / 2, (video.videoHeight - square) / 2]
  context.translate(side / 2, side / 2)
  context.rotate(turn)
  context.drawImage(video, left, top, square, square, -side / 2, -side / 2, side, side)
  return readQr(context.getImageData(0, 0, side, side))
}
