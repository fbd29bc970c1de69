// How the page's pictures are coded: JPEG, each alone, or VP8, a tenth of the bits.
//
// `pictureCoders()` gives `coderFor(wish, done)`; `done(buffer, at, key)` takes each coded
// picture. In a worker the page's own work holds nothing up; `captureWorker` is what runs
// there. Both are handed to it as text, so they use nothing from outside.

function pictureCoders() {
  const KEY_EVERY = 90; // pictures from one key picture of VP8 to the next

  // Where a picture goes on a canvas of the wanted size: a camera's fills it, and is cut
  // where its shape differs; a screen is there in full.
  function placed(wish, width, height) {
    const fit = wish.whole ? Math.min : Math.max;
    const scale = fit(wish.width / width, wish.height / height);
    const [w, h] = [width * scale, height * scale];
    return [(wish.width - w) / 2, (wish.height - h) / 2, w, h];
  }

  function canvasFor({ width, height }) {
    if (globalThis.OffscreenCanvas) return new OffscreenCanvas(width, height);
    return Object.assign(document.createElement("canvas"), { width, height });
  }

  class JpegCoder {
    format = "jpeg";
    busy = false;

    constructor(wish, done) {
      this.wish = wish;
      this.done = done;
      this.canvas = canvasFor(wish);
      this.context = this.canvas.getContext("2d", { alpha: false });
    }

    async code(source, width, height, at) {
      this.busy = true;
      try {
        this.context.drawImage(source, ...placed(this.wish, width, height));
        const options = { type: "image/jpeg", quality: this.wish.quality };
        const blob = this.canvas.convertToBlob
          ? await this.canvas.convertToBlob(options)
          : await new Promise((done) => this.canvas.toBlob(done, options.type, options.quality));
        this.done(await blob.arrayBuffer(), at, true);
      } finally {
        this.busy = false;
      }
    }

    close() {}
  }

  class Vp8Coder {
    format = "vp8";
    keyDue = true;

    constructor(wish, done) {
      this.wish = wish;
      this.since = this.inside = 0;
      this.canvas = canvasFor(wish);
      this.context = this.canvas.getContext("2d", { alpha: false });
      this.encoder = new VideoEncoder({
        output: (chunk) => {
          this.inside -= 1;
          const data = new ArrayBuffer(chunk.byteLength);
          chunk.copyTo(data);
          done(data, chunk.timestamp / 1000, chunk.type === "key");
        },
        error: () => (this.failed = true),
      });
      this.encoder.configure({
        codec: "vp8", width: wish.width, height: wish.height, framerate: wish.fps,
        bitrate: wish.bit_rate, latencyMode: "realtime",
      });
    }

    get busy() {
      return this.failed || this.inside > 1;
    }

    async code(source, width, height, at) {
      this.context.drawImage(source, ...placed(this.wish, width, height));
      const frame = new VideoFrame(this.canvas, { timestamp: Math.round(at * 1000) });
      const keyFrame = this.keyDue || ++this.since >= KEY_EVERY;
      if (keyFrame) this.since = 0;
      this.keyDue = false;
      this.inside += 1;
      this.encoder.encode(frame, { keyFrame });
      frame.close();
    }

    close() {
      if (this.encoder.state !== "closed") this.encoder.close();
    }
  }

  return (wish, done) =>
    wish.format === "vp8" && globalThis.VideoEncoder ? new Vp8Coder(wish, done) : new JpegCoder(wish, done);
}

function captureWorker(coderFor) {
  let coder = null;
  self.onmessage = ({ data }) => {
    if (data.readable) begin(data);
    if (data.key && coder) coder.keyDue = true;
  };

  async function begin({ readable, port, wish, origin, most, first }) {
    let [number, taken] = [first, first];
    port.onmessage = ({ data }) => (taken = Math.max(taken, Math.min(data.taken, number)));
    coder = coderFor(wish, (buffer, at, key) => {
      number += 1;
      port.postMessage({ number, at, key, format: coder.format, buffer }, [buffer]);
    });
    const reader = readable.getReader();
    let quickest = Infinity; // from a picture's own time to the page's, at best
    for (;;) {
      const { value: frame, done } = await reader.read();
      if (done) return;
      const now = performance.timeOrigin + performance.now() - origin;
      quickest = Math.min(quickest + 0.01, now - frame.timestamp / 1000);
      const at = frame.timestamp / 1000 + quickest;
      if (number - taken < most && !coder.busy)
        await coder.code(frame, frame.displayWidth, frame.displayHeight, at);
      frame.close();
    }
  }
}
