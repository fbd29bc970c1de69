// The ring: two tones, twice, and a pause, made here. A page that nobody has touched yet
// may make no sound; then a button asks for the one click that allows it.

const RING_EVERY = 3000; // milliseconds
const RING_TONES = [784, 659]; // Hz

class Ring {
  constructor(words, kept) {
    this.words = words;
    this.kept = kept;
    this.wanted = false;
    this.timer = null;
    this.button = signButton("bell", words.bell_off, { sort: "lk-bell" });
    // The click that allows sound may start it before it is heard here: what counts is
    // what the button said when it was pressed.
    this.button.addEventListener("pointerdown", () => (this.meant = this.button.dataset.ring));
    this.button.addEventListener("click", () => this.pressed());
  }

  get quiet() {
    return this.kept.quiet ?? false;
  }

  set quiet(is) {
    this.kept.quiet = is;
  }

  want(is) {
    if (is === this.wanted) return;
    this.wanted = is;
    if (is) this.begin();
    else this.end();
  }

  begin() {
    if (this.quiet) return this.say();
    try {
      this.context ??= new AudioContext();
    } catch {
      this.quiet = true; // no sound on this machine
      return this.say();
    }
    this.context.resume().then(() => this.say(), () => {});
    this.context.onstatechange = () => this.say();
    this.strike();
    this.timer = setInterval(() => this.strike(), RING_EVERY);
    this.say();
  }

  end() {
    clearInterval(this.timer);
    this.timer = null;
    this.volume?.disconnect(); // also what is still to come
    this.say();
  }

  strike() {
    if (!this.wanted || this.quiet) return; // answered meanwhile
    if (this.context.state !== "running") {
      this.context.resume().then(() => this.wanted && !this.quiet && this.tones(), () => {});
      return;
    }
    this.tones();
  }

  tones() {
    const { context } = this;
    this.volume?.disconnect();
    this.volume = context.createGain();
    this.volume.gain.value = 0.14;
    this.volume.connect(context.destination);
    const begin = context.currentTime + 0.02;
    [0, 1, 2, 3].forEach((step) => {
      const at = begin + 0.22 * step + (step > 1 ? 0.18 : 0);
      const tone = context.createOscillator();
      const shape = context.createGain();
      tone.frequency.value = RING_TONES[step % 2];
      shape.gain.setValueAtTime(0, at);
      shape.gain.linearRampToValueAtTime(1, at + 0.02);
      shape.gain.exponentialRampToValueAtTime(0.01, at + 0.22);
      tone.connect(shape).connect(this.volume);
      tone.start(at);
      tone.stop(at + 0.24);
    });
  }

  get blocked() {
    return this.wanted && !this.quiet && this.context?.state !== "running";
  }

  pressed() {
    const meant = this.meant ?? this.button.dataset.ring;
    this.meant = null;
    if (meant === "blocked") {
      this.context?.resume().then(() => {
        this.strike();
        this.say();
      }, () => {});
      return;
    }
    this.quiet = !this.quiet;
    if (this.quiet) this.end();
    else if (this.wanted) this.begin();
    this.say();
  }

  say() {
    const { words, button } = this;
    button.classList.toggle("lk-worded", Boolean(this.blocked));
    if (this.blocked) button.say(words.hear_ring, "bell");
    else if (this.quiet) button.say(words.bell_on, "bell_off");
    else button.say(words.bell_off, "bell");
    button.dataset.ring = !this.wanted ? "" : this.blocked ? "blocked" : this.quiet ? "quiet" : "rings";
  }

  free() {
    this.want(false);
    this.context?.close();
  }
}
