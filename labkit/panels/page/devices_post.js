// Where sound and coded pictures of a page's devices pass: a worker, so that nothing that
// the page does besides holds them up. By a shortcut they never meet the page's own
// thread; without one, the page carries them to Jupyter and back.
//
//     worklet ⇄ port ⇄ ┐
//     coders  ⇄ port ⇄ ┤ post ⇄ WebSocket ⇄ kernel
//     page    ⇄        ┘      ⇄ page ⇄ Jupyter ⇄ kernel
//
// It is handed to the worker as text, so it uses nothing from outside.

function devicesPost(scope, packed, unpacked) {
  const VOICES_UNDER_WAY = 4;
  const PLAYED_TOLD_EVERY = 0.04; // seconds of sound; less than the kernel lets be under way
  const LONGEST_WAIT = 0.3; // seconds of recorded sound that gather; beyond, the oldest goes
  const STRETCH = 0.02; // seconds of sound in one message
  const SHOWN_EVERY = 250; // milliseconds

  let [page, origin] = ["", 0];
  let socket = null;
  const coders = { camera: null, screen: null }; // ports

  // Recorded sound leaves at once while the kernel takes it, and gathers while it does not.
  const sound = {
    port: null, rate: 0, // the worklet's
    recording: false, reader: null, recordedRate: 0, silenced: false,
    number: 0, taken: 0, gathered: [], gatheredAt: 0,
    played: 0, // the number of the last sound that came from the kernel
    untold: 0, // seconds of it that the kernel does not know of
    waiting: 0, // milliseconds of sound in the worklet's buffer
    shownAt: 0,

    heard({ sound: block, waiting, underruns, silenced }) {
      this.waiting = (1000 * waiting) / this.rate;
      this.silenced = silenced;
      if (performance.now() - this.shownAt > SHOWN_EVERY) {
        this.shownAt = performance.now();
        scope.postMessage({ shown: { waiting: this.waiting, underruns } });
      }
      if (block && this.recording) this.recorded(block, this.rate);
    },

    recorded(block, rate) {
      if (rate !== this.recordedRate) this.gathered = [];
      this.recordedRate = rate;
      this.gathered.push(block);
      this.gatheredAt = performance.timeOrigin + performance.now() - origin;
      const most = (LONGEST_WAIT * rate) / block.length;
      while (this.gathered.length > most) this.gathered.shift();
      this.sendGathered();
    },

    // Straight from a track, sound is here 20 ms sooner than out of a worklet.
    async record(readable) {
      const reader = (this.reader = readable.getReader());
      let [block, filled] = [new Int16Array(0), 0];
      for (;;) {
        const { value: data, done } = await reader.read();
        if (done || this.reader !== reader) return data?.close();
        const rate = data.sampleRate;
        const samples = new Float32Array(data.numberOfFrames);
        data.copyTo(samples, { planeIndex: 0, format: "f32-planar" });
        data.close();
        const size = Math.round(rate * STRETCH);
        if (block.length !== size) [block, filled] = [new Int16Array(size), 0];
        for (const sample of samples) {
          block[filled++] = this.silenced ? 0 : Math.max(-1, Math.min(1, sample)) * 32767;
          if (filled < size) continue;
          if (this.recording) this.recorded(block.slice(), rate);
          filled = 0;
        }
      }
    },

    sendGathered() {
      if (!this.gathered.length || this.number - this.taken >= VOICES_UNDER_WAY) return;
      const block = new Int16Array(this.gathered.reduce((sum, part) => sum + part.length, 0));
      let at = 0;
      for (const part of this.gathered) {
        block.set(part, at);
        at += part.length;
      }
      this.gathered = [];
      this.number += 1;
      say({ kind: "voice", number: this.number, at: this.gatheredAt, rate: this.recordedRate }, block.buffer);
    },

    acknowledged(voices) {
      this.taken = Math.max(this.taken, Math.min(voices, this.number));
      this.sendGathered();
    },

    play({ number, rate }, buffer) {
      if (number <= this.played && number > this.played - 8) return; // overtaken on its way
      this.played = number;
      const samples = new Int16Array(buffer);
      const { length } = samples; // gone with the samples
      this.port?.postMessage({ samples, rate }, [buffer]);
      this.untold += length / rate;
      if (this.untold >= PLAYED_TOLD_EVERY) say({ kind: "played" });
    },
  };

  function say(content, buffer) {
    const { played, waiting } = sound;
    sound.untold = 0; // told by the way, with whatever is said
    const whole = { ...content, page, played, waiting };
    const message = socket?.readyState === 1 && packed(whole, buffer);
    if (message) socket.send(message);
    else scope.postMessage({ send: whole, buffer }, buffer ? [buffer] : []);
  }

  // From the kernel, whichever way it came.
  function came(content, buffer) {
    if (content.to === page) {
      for (const [device, port] of Object.entries(coders)) port?.postMessage({ taken: content.taken[device] });
      sound.acknowledged(content.taken.microphone);
      if (content.kind === "sound") sound.play(content, buffer);
    }
    if (content.kind !== "sound") scope.postMessage({ heard: content });
  }

  function connect(address) {
    socket = new WebSocket(address);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => scope.postMessage({ open: true });
    socket.onclose = () => scope.postMessage({ open: false });
    socket.onmessage = ({ data }) => {
      const [content, [rest]] = unpacked(data);
      came(content, data.slice(rest.byteOffset));
    };
  }

  scope.onmessage = ({ data }) => {
    if (data.page) ({ page, origin } = data);
    if (data.connect) connect(data.connect);
    if (data.disconnect) socket?.close();
    if (data.say) say(data.say, data.buffer);
    if (data.came) came(data.came, data.buffer);
    if (data.device) {
      coders[data.device]?.close();
      coders[data.device] = data.port;
      data.port.onmessage = ({ data: { buffer, ...head } }) => say({ kind: "frame", device: data.device, ...head }, buffer);
    }
    if (data.worklet) {
      sound.port?.close();
      Object.assign(sound, { port: data.worklet, rate: data.rate });
      sound.port.onmessage = ({ data: told }) => sound.heard(told);
    }
    if (data.track) sound.record(data.track).catch(() => {}); // it has ended
    if (data.recording !== undefined) Object.assign(sound, { recording: data.recording, taken: sound.number, gathered: [] });
  };
}

// The page's own side of it.
class DevicesPost extends Carrier {
  // `hear(content)`: what the kernel says but for sound; `shown()`: other figures are there.
  constructor(model, hear, shown) {
    super(model, (content, buffers) => this.work({ came: content, buffer: copied(buffers[0]) }));
    Object.assign(this, { tell: hear, changed: shown, waiting: 0, underruns: 0, short: false });
  }

  get isShort() {
    return this.short;
  }

  open() {
    if (!this.worker) this.start();
    super.open();
  }

  start() {
    const text = `(${devicesPost})(self, ${packed}, ${unpacked})`;
    const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    const here = () => {
      // This page may have no workers: then the same is done here.
      const scope = { postMessage: (data) => this.told(data) };
      devicesPost(scope, packed, unpacked);
      this.worker = { postMessage: (data) => scope.onmessage({ data }) };
      this.begin();
    };
    try {
      this.worker = new Worker(url);
      this.worker.onmessage = ({ data }) => this.told(data);
      this.worker.onerror = here;
      this.begin();
    } catch {
      here();
    }
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }

  begin() {
    this.work({ page: this.page, origin: performance.timeOrigin });
  }

  work(message, passed = []) {
    this.worker?.postMessage(message, passed);
  }

  // A way for coded pictures of `device`; the other end of it.
  pictures(device) {
    const { port1, port2 } = new MessageChannel();
    this.work({ device, port: port1 }, [port1]);
    return port2;
  }

  // The same for sound of `rate`, to and from a worklet.
  sounds(rate) {
    const { port1, port2 } = new MessageChannel();
    this.work({ worklet: port1, rate }, [port1]);
    return port2;
  }

  send(content) {
    this.work({ say: content });
  }

  connect(address) {
    this.socket = this.worker;
    this.work({ connect: address });
  }

  close() {
    this.wanted = false;
    this.work({ disconnect: true });
  }

  told({ send, buffer, heard, shown, open }) {
    if (send) this.throughJupyter(send, buffer ? [buffer] : []);
    if (heard) this.tell(heard);
    if (shown) {
      Object.assign(this, shown);
      this.changed();
    }
    if (open) this.short = true;
    if (open === false) {
      const was = this.short;
      this.short = false;
      this.ended(was);
    }
  }
}

function copied(view) {
  return view && view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
}
