// What runs on the browser's audio thread: records in stretches of 20 ms, and plays what
// comes from the kernel out of a small buffer of its own.
//
// The buffer begins to play when TARGET waits in it. It grows when it ran dry, and
// shrinks slowly when it did not. What is left in it at the worst moment of a second is
// its reserve: too much of it (the kernel's clock, or a stall that is over) is left out
// where it is quiet, or played up to 1 % faster; too little is played slower. Beyond MOST
// it skips.

function soundWorklet() {
  const [TARGET, LARGEST, MOST] = [0.03, 0.16, 0.2]; // seconds
  const [PIECE, STRETCH] = [0.01, 0.02]; // what comes in one message, and what goes
  const [STEP, KEPT] = [0.02, 0.85]; // it grows by so much; keeps that part of it each calm second
  const SURE = 0.004; // a reserve that differs by less is right
  const QUIET = 0.01; // level
  const BEND = 0.01; // how much faster or slower at most
  const [LOUD, HANG] = [0.02, 0.3]; // the peer is heard: level, and seconds after it

  class Player {
    // `burst`: seconds that the sound card takes at once.
    constructor(burst) {
      this.piece = PIECE + burst;
      this.ring = new Float32Array(2 ** 16);
      this.target = TARGET;
      this.underruns = 0;
      this.flush();
    }

    flush() {
      this.written = 0;
      this.read = 0;
      this.playing = false;
      this.bend = 1;
      this.surplus = 0; // samples to be left out
      this.lowest = Infinity;
      this.until = 0;
      this.rate = sampleRate;
    }

    get waiting() {
      return this.written - this.read;
    }

    add(samples, rate) {
      if (rate !== this.rate) this.flush();
      this.rate = rate;
      const { ring } = this;
      for (const sample of samples) ring[this.written++ % ring.length] = sample / 32768;
      if (this.waiting > Math.min(MOST * rate, ring.length)) this.read = this.written - Math.round(this.target * rate);
      if (!this.playing && this.waiting >= this.target * rate) this.playing = true;
    }

    // Fills `out`; returns the loudest sample.
    play(out) {
      if (!this.playing) {
        out.fill(0);
        return 0;
      }
      if (this.surplus >= out.length) this.leaveOut(out.length);
      const { ring } = this;
      const step = (this.rate / sampleRate) * this.bend;
      let peak = 0;
      for (let at = 0; at < out.length; at += 1) {
        if (this.written - this.read < 2) {
          out.fill(0, at);
          this.ranDry();
          break;
        }
        const first = Math.floor(this.read);
        const part = this.read - first;
        const here = ring[first % ring.length];
        out[at] = part ? here + part * (ring[(first + 1) % ring.length] - here) : here;
        peak = Math.max(peak, Math.abs(out[at]));
        this.read += step;
      }
      this.steer(out.length);
      return peak;
    }

    leaveOut(count) {
      const first = Math.floor(this.read);
      for (let at = first; at < first + count; at += 1)
        if (Math.abs(this.ring[at % this.ring.length]) > QUIET) return;
      this.read += count;
      this.surplus -= count;
    }

    ranDry() {
      this.playing = false;
      this.underruns += 1;
      this.target = Math.min(LARGEST, this.target + STEP);
      this.surplus = 0;
      this.lowest = Infinity;
    }

    steer(played) {
      this.lowest = Math.min(this.lowest, this.waiting);
      this.until += played;
      if (this.until < sampleRate || !this.playing) return;
      const off = this.lowest / this.rate - (this.target - this.piece);
      this.surplus = off > SURE ? off * this.rate : 0;
      this.bend = Math.abs(off) < SURE ? 1 : 1 + Math.max(-BEND, Math.min(BEND, off));
      if (this.bend === 1) this.read = Math.floor(this.read);
      this.target = TARGET + KEPT * (this.target - TARGET);
      this.lowest = Infinity;
      this.until = 0;
    }
  }

  class Sound extends AudioWorkletProcessor {
    constructor(options) {
      super();
      this.player = new Player(options?.processorOptions?.burst ?? 0.01);
      this.block = new Int16Array(Math.round(sampleRate * STRETCH));
      this.filled = 0;
      this.record = this.halfDuplex = this.silenced = false;
      this.heard = -Infinity;
      this.told = 0;
      this.post = this.port;
      const told = ({ data }) => {
        if (data.port) {
          this.post = data.port;
          this.post.onmessage = told;
        }
        if (data.samples) this.player.add(data.samples, data.rate);
        if (data.flush) this.player.flush();
        if (data.record !== undefined) this.record = data.record;
        if (data.halfDuplex !== undefined) this.halfDuplex = data.halfDuplex;
      };
      this.port.onmessage = told;
    }

    process([input], [output]) {
      if (this.player.play(output[0]) > LOUD) this.heard = currentTime;
      const was = this.silenced;
      this.silenced = this.halfDuplex && currentTime - this.heard < HANG;
      if (this.record && input[0]) this.keep(input[0], this.silenced ? 0 : 32767);
      else if (was !== this.silenced || currentTime - this.told >= 0.1) this.tell();
      return true;
    }

    keep(samples, gain) {
      for (const sample of samples) {
        this.block[this.filled++] = Math.max(-1, Math.min(1, sample)) * gain;
        if (this.filled === this.block.length) {
          this.tell(this.block.slice());
          this.filled = 0;
        }
      }
    }

    tell(sound) {
      this.told = currentTime;
      const { waiting, underruns } = this.player;
      this.post.postMessage({ sound, waiting: (waiting * sampleRate) / this.player.rate, underruns, silenced: this.silenced }, sound ? [sound.buffer] : []);
    }
  }

  registerProcessor("labkit-sound", Sound);
}
