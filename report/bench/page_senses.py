"""What a page's camera and microphone see and hear in a bench, and when its loudspeaker
sounds: in place of hardware, so that the moment of capture is known.

CAMERA_AND_MICROPHONE answers `getUserMedia`: pictures of 640×480, 30 a second, made by
the page, each with the time of its making in squares (`labkit/devices/timestamp.py`);
and tones of 20 ms, one every 0.96 s, whose beginnings are noted in `window.said`. What
comes after is the page's own work: capture, encoding, the way to the kernel.

LOUDSPEAKER listens at the very end of every AudioContext, its destination, and notes in
`window.heard` when a tone leaves the loudspeaker, by the browser's own account of its
output's delay (`getOutputTimestamp`). All times are milliseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Sequence

PERIOD = 960.0
"""Milliseconds between two tones; no greater latency can be told."""

CAMERA_AND_MICROPHONE = """
const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
  return n >>> 0;
});
const crc32 = bytes =>
  ~bytes.reduce((crc, byte) => TABLE[(crc ^ byte) & 255] ^ (crc >>> 8), ~0) >>> 0;
const epoch = () => performance.timeOrigin + performance.now();

const squares = milliseconds => {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(milliseconds));
  const word = (BigInt(milliseconds) << 22n) | BigInt(crc32(bytes) % (1 << 22));
  return word.toString(2).padStart(64, '0');
};

// Pictures as a camera hands them over, without drawing: planes of brightness and
// colour, a moving bar for the encoder to do something, and the squares.
const [WIDTH, HEIGHT] = [640, 480];
const scene = new Uint8Array(WIDTH * HEIGHT * 1.5);
for (let y = 0; y < HEIGHT; y++)
  for (let x = 0; x < WIDTH; x++)
    scene[y * WIDTH + x] = 90 + 60 * Math.sin(x / 9) * Math.cos(y / 13) + (x & y & 15);
scene.fill(110, WIDTH * HEIGHT, WIDTH * HEIGHT * 1.25);
scene.fill(140, WIDTH * HEIGHT * 1.25);

const camera = () => {
  const track = new MediaStreamTrackGenerator({ kind: 'video' });
  const writer = track.writable.getWriter();
  const picture = scene.slice();
  let number = 0;
  setInterval(() => {
    const bar = 8 * (number++ % 80);
    for (let y = 40; y < HEIGHT - 40; y++) {
      const row = y * WIDTH;
      picture.set(scene.subarray(row, row + WIDTH), row);
      picture.fill(235, row + bar, row + bar + 8);
    }
    const bits = squares(Math.round(epoch()));
    for (let n = 0; n < 64; n++)
      for (let y = n < 32 ? 0 : HEIGHT - 20, end = y + 20; y < end; y++) {
        const at = y * WIDTH + 20 * (n % 32);
        picture.fill(bits[n] === '1' ? 235 : 16, at, at + 20);
      }
    const frame = new VideoFrame(picture, {
      format: 'I420', codedWidth: WIDTH, codedHeight: HEIGHT,
      timestamp: Math.round(1000 * performance.now()),
    });
    writer.write(frame).catch(() => frame.close());
  }, 1000 / 30);
  return [track];
};

const microphone = () => {
  window.said = [];
  const context = new AudioContext();
  const [tone, gate] = [context.createOscillator(), context.createGain()];
  const target = context.createMediaStreamDestination();
  tone.frequency.value = 1000;
  gate.gain.value = 0;
  tone.connect(gate).connect(target);
  tone.start();
  // When the context's time was 0, as early as it has ever been seen to be.
  let began = Infinity;
  setInterval(() => {
    began = Math.min(began, epoch() - 1000 * context.currentTime);
  }, 25);
  let next = 1;
  setInterval(() => {
    if (context.currentTime < next - 0.5) return;
    gate.gain.setValueAtTime(0.8, next);
    gate.gain.setValueAtTime(0, next + 0.02);
    const at = next;
    setTimeout(() => window.said.push(began + 1000 * at), 700);
    next += PERIOD / 1000;
  }, 100);
  return target.stream.getAudioTracks();
};

navigator.mediaDevices.getUserMedia = async ({ video, audio }) =>
  new MediaStream([...(video ? camera() : []), ...(audio ? microphone() : [])]);
""".replace("PERIOD", str(PERIOD))

LOUDSPEAKER = """
window.heard = [];
const EAR = `registerProcessor('ear', class extends AudioWorkletProcessor {
  constructor() { super(); this.quiet = 1; }
  process([input]) {
    const samples = input[0] ?? [];
    for (let n = 0; n < samples.length; n++) {
      if (Math.abs(samples[n]) > 0.1) {
        if (this.quiet > 0.2) this.port.postMessage(currentTime + n / sampleRate);
        this.quiet = 0;
      } else this.quiet += 1 / sampleRate;
    }
    return true;
  }
})`;
const ears = new WeakMap();
const ear = context => {
  if (!ears.has(context)) {
    const url = URL.createObjectURL(new Blob([EAR], { type: 'text/javascript' }));
    ears.set(context, context.audioWorklet.addModule(url).then(() => {
      const node = new AudioWorkletNode(context, 'ear', { numberOfOutputs: 0 });
      node.port.onmessage = ({ data }) => {
        const { contextTime, performanceTime } = context.getOutputTimestamp();
        const at = performanceTime + 1000 * (data - contextTime);
        window.heard.push(performance.timeOrigin + at);
      };
      return node;
    }));
  }
  return ears.get(context);
};
const connect = AudioNode.prototype.connect;
AudioNode.prototype.connect = function (target, ...rest) {
  if (target instanceof AudioDestinationNode)
    ear(target.context).then(node => connect.call(this, node));
  return connect.call(this, target, ...rest);
};
"""


def mouth_to_ear(said: Sequence[float], heard: Sequence[float]) -> list[float]:
    """For each tone that was heard: milliseconds since it was said."""
    found = []
    for at in heard:
        earlier = [at - begun for begun in said if 0 <= at - begun < PERIOD]
        if earlier:
            found.append(min(earlier))
    return found
