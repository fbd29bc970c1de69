// No link to a kernel: all there is to hear and see is in the model.
export default {
  render({ model, el }) {
    el.classList.add("lk-root");
    let free = show(model, el);
    const speak = () => {
      free();
      el.replaceChildren();
      free = show(model, el);
    };
    model.on("change:words", speak);
    return () => {
      model.off("change:words", speak);
      free();
    };
  },
};

function show(model, el) {
  const words = model.get("words");
  const scene = model.get("scene");
  const sounds = model.get("sounds");
  const name = element("h3", { class: "lk-name" }, scene.title);
  const players = scene.stretches.map((one, at) => new Player(one, sounds[at], scene.longest, words));
  const root = element("section", { class: "lk-panel lk-sound", "aria-label": scene.title, lang: words.language },
    element("header", { class: "lk-head" }, name, element("span", { class: "lk-hint" }, words.goes_on)),
    element("ol", { class: "lk-stretches" }, ...players.map((player) => player.node)));
  el.append(root);

  // One at a time; the next goes on where the last one stopped.
  let last = null;
  for (const player of players) {
    player.starts = () => {
      if (last && last !== player) {
        const at = last.at;
        last.stop();
        player.seek(at < player.seconds - 0.05 ? at : 0);
      }
      last = player;
    };
  }
  return () => players.forEach((player) => player.free());
}

class Player {
  constructor(one, wav, longest, words) {
    this.seconds = one.seconds;
    this.words = words;
    this.name = one.name;
    this.starts = () => {};
    this.url = URL.createObjectURL(new Blob([wav], { type: "audio/wav" }));
    this.audio = new Audio(this.url);
    this.audio.preload = "auto";
    this.button = element("button", { type: "button", class: "lk-button lk-play" });
    this.button.addEventListener("click", () => (this.audio.paused ? this.play() : this.audio.pause()));
    this.alert = element("p", { class: "lk-alert", role: "alert" });
    this.time = element("span", { class: "lk-timer lk-hint" });
    this.wave = new Wave(one, longest, (part) => this.seek(part * one.seconds));
    this.node = element("li", { class: "lk-stretch" }, this.button,
      element("div", { class: "lk-between" },
        element("strong", {}, one.name), element("span", { class: "lk-hint" }, one.text), this.time),
      this.wave.node, this.alert);
    for (const what of ["play", "pause", "ended"]) this.audio.addEventListener(what, () => this.shows());
    this.length = one.length;
    const tenths = new Intl.NumberFormat(words.language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
    this.tenths = (seconds) => tenths.format(seconds);
    this.shows();
  }

  get at() {
    return this.audio.currentTime;
  }

  async play() {
    this.starts();
    if (this.audio.ended) this.audio.currentTime = 0;
    try {
      await this.audio.play();
      write(this.alert, "");
    } catch (error) {
      if (error.name !== "AbortError") write(this.alert, this.words.no_player); // stopped at once is no error
    }
  }

  stop() {
    this.audio.pause();
    this.audio.currentTime = 0;
    this.shows();
  }

  seek(seconds) {
    this.audio.currentTime = seconds;
    this.shows();
  }

  // The cursor runs while it plays.
  shows() {
    const playing = !this.audio.paused && !this.audio.ended;
    write(this.button, playing ? "❚❚" : "▶");
    this.button.setAttribute("aria-label", fill(playing ? this.words.pause_this : this.words.play_this, { name: this.name }));
    this.button.setAttribute("aria-pressed", playing);
    write(this.time, this.at > 0 && !this.audio.ended ? `${this.tenths(this.at)} / ${this.length}` : this.length);
    this.wave.reached(this.audio.ended ? 0 : this.at / this.seconds);
    cancelAnimationFrame(this.request);
    if (playing) this.request = requestAnimationFrame(() => this.shows());
  }

  free() {
    cancelAnimationFrame(this.request);
    this.audio.pause();
    this.audio.removeAttribute("src");
    URL.revokeObjectURL(this.url);
  }
}

// All on the same scale of time, so that what belongs together stands together.
class Wave {
  constructor(one, longest, chosen) {
    const svg = (tag, attributes) => {
      const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
      for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
      return made;
    };
    const width = one.wave.length;
    let path = "";
    one.wave.forEach(([low, high], at) => {
      path += `M${at + 0.5} ${(50 - high / 2 - 0.5).toFixed(1)}V${(50 - low / 2 + 0.5).toFixed(1)}`;
    });
    this.width = width;
    this.clip = svg("rect", { x: 0, y: 0, width: 0, height: 100 });
    this.cursor = svg("path", { class: "lk-cursor", d: "M0 0V100", visibility: "hidden" });
    const id = `lk-w-${Math.random().toString(36).slice(2)}`;
    const clip = svg("clipPath", { id });
    clip.append(this.clip);
    const node = svg("svg", { viewBox: `0 0 ${width} 100`, preserveAspectRatio: "none", "aria-hidden": "true", class: "lk-wave" });
    node.append(clip, svg("path", { class: "lk-zero", d: `M0 50H${width}` }), svg("path", { d: path }),
      svg("path", { class: "lk-reached", d: path, "clip-path": `url(#${id})` }), this.cursor);
    node.style.inlineSize = `${Math.max(2, (100 * one.seconds) / (longest || 1))}%`;
    node.addEventListener("click", (event) => {
      const box = node.getBoundingClientRect();
      chosen(Math.min(0.999, Math.max(0, (event.clientX - box.left) / box.width)));
    });
    this.node = element("div", { class: "lk-wave-frame" }, node);
  }

  reached(part) {
    const x = part * this.width;
    this.clip.setAttribute("width", x);
    this.cursor.setAttribute("d", `M${x} 0V100`);
    this.cursor.setAttribute("visibility", part > 0 ? "visible" : "hidden");
  }
}
