const LAG = 0.15; // seconds that the page shows behind: by then it has been told
const SPAN = 3;
const KEPT = 1500; // slots: half a minute, for those who look slowly
const SLOW = 1 / 8;
const FALL = 0.06; // seconds at most that a frame is seen to fall onto the belt
const IDLE = 4;

export default panel((root, link, words) => {
  root.classList.add("lk-buffer");
  const belt = new Belt(words);
  const name = element("h3", { class: "lk-name" });
  const text = element("p", { class: "lk-said", id: newId() });
  belt.node.setAttribute("aria-describedby", text.id);

  const pause = element("button", { type: "button", class: "lk-button" }, words.pause);
  const slowly = element("button", { type: "button", class: "lk-button" }, words.slowly);
  const back = element("input", { type: "range", class: "lk-range", min: 0, max: 1000 * SPAN, step: 10, value: 0 });
  back.addEventListener("keydown", (event) => event.stopPropagation());
  const ago = element("span", { class: "lk-hint lk-ago" });
  const lookBack = element("label", { class: "lk-look-back", hidden: true },
    element("span", {}, words.look_back), back, ago);
  const tools = element("div", { class: "lk-bar lk-buffer-tools" }, pause, slowly, lookBack);
  const turn = (speed) => {
    belt.turn(speed);
    back.value = 0;
    ways();
  };
  function ways() {
    write(pause, belt.speed === 0 ? words.go_on : words.pause);
    write(slowly, belt.speed === SLOW ? words.full_speed : words.slowly);
    lookBack.hidden = belt.speed !== 0;
    const said = fill(words.ms_ago, { ms: back.value });
    write(ago, said);
    back.setAttribute("aria-valuetext", said);
  }
  pause.addEventListener("click", () => turn(belt.speed === 0 ? 1 : 0));
  slowly.addEventListener("click", () => turn(belt.speed === SLOW ? 1 : SLOW));
  back.addEventListener("input", () => {
    belt.lookBack(back.value / 1000);
    ways();
  });
  belt.caughtUp = ways;
  ways();

  const legend = element("ul", { class: "lk-legend", "aria-label": words.legend },
    ...["waiting", "played", "repaired", "late", "missing", "left_out"].map((fate) =>
      element("li", {}, belt.sample(fate), words[fate])));
  root.append(element("header", { class: "lk-head" }, name), belt.node, legend, tools,
    element("footer", { class: "lk-foot" }, text));
  return {
    draw(scene) {
      write(name, scene.label);
      belt.node.setAttribute("aria-label", scene.label);
      write(text, scene.text);
    },
    // What comes through the channel of pictures is JSON here.
    async picture(_, blob) {
      const moment = JSON.parse(await blob.text());
      if (moment) belt.told(moment);
    },
    free: () => belt.free(),
  };
});

// A belt that runs to the right: each frame lies where its turn is, and the head that
// plays stands still. What arrives falls onto it from above, what is late falls below.
class Belt {
  constructor(words) {
    this.words = words;
    this.canvas = element("canvas", { class: "lk-belt" });
    this.node = element("div", { class: "lk-belt-frame", role: "img" }, this.canvas);
    this.context = this.canvas.getContext("2d");
    this.slots = new Map();
    this.offsets = [];
    this.target = null;
    this.ahead = 0.2;
    this.speed = 1;
    this.time = null; // what is shown, on the kernel's clock
    this.request = 0;
    this.caughtUp = () => {};
    this.calm = matchMedia("(prefers-reduced-motion: reduce)");
    this.sized = new ResizeObserver(() => this.draw());
    this.sized.observe(this.node);
  }

  told(moment) {
    const here = performance.now() / 1000;
    this.heardAt = here;
    this.offsets.push(here - moment.now);
    if (this.offsets.length > 50) this.offsets.shift();
    this.offset = Math.min(...this.offsets); // the quickest message tells best
    this.target = moment.target;
    for (const [key, number, due, arrived, fate, delay] of moment.slots)
      this.slots.set(key, { number, due, arrived, fate, delay });
    while (this.slots.size > KEPT) this.slots.delete(this.slots.keys().next().value);
    if (this.calm.matches) {
      if (!(here - this.drawnAt < 1)) this.step();
    } else if (!this.request) this.request = requestAnimationFrame(() => this.run());
  }

  run() {
    this.request = 0;
    this.step();
    const idle = performance.now() / 1000 - this.heardAt > IDLE && this.speed === 1;
    if (!idle && this.node.isConnected) this.request = requestAnimationFrame(() => this.run());
  }

  // Time goes on: with the kernel's, slower, or not at all.
  step() {
    const here = performance.now() / 1000;
    const live = here - this.offset - LAG;
    const passed = here - (this.drawnAt ?? here);
    this.drawnAt = here;
    if (this.time === null || this.speed === 1) this.time = live;
    else if (this.speed > 0) {
      this.time += passed * this.speed;
      if (live - this.time > 20 || this.time >= live) {
        this.turn(1);
        this.caughtUp();
      }
    }
    this.draw();
  }

  turn(speed) {
    if (speed === SLOW && this.speed === 1 && this.time !== null) this.time -= 1;
    this.speed = speed;
    this.pausedAt = this.time;
    if (this.time !== null) this.step();
    if (speed > 0 && this.time !== null && !this.request && !this.calm.matches)
      this.request = requestAnimationFrame(() => this.run());
  }

  lookBack(seconds) {
    if (this.pausedAt === null) return;
    this.time = this.pausedAt - seconds;
    this.draw();
  }

  colours() {
    const style = getComputedStyle(this.node);
    const of = (name) => style.getPropertyValue(name).trim();
    return {
      ink: style.color, font: style.fontFamily, soft: of("--lk-belt-soft"), faint: of("--lk-belt-faint"),
      ground: of("--lk-belt-ground"), waiting: of("--lk-belt-waiting"), played: of("--lk-belt-played"),
      repaired: of("--lk-belt-repaired"), late: of("--lk-belt-late"), missing: of("--lk-belt-missing"),
    };
  }

  draw() {
    const width = this.node.clientWidth;
    const height = 292;
    if (!width) return;
    const ratio = devicePixelRatio || 1;
    if (this.canvas.width !== Math.round(width * ratio) || this.canvas.height !== Math.round(height * ratio)) {
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(height * ratio);
      this.canvas.style.height = `${height}px`;
    }
    const context = this.context;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    const colours = this.colours();
    this.drawBelt(context, colours, width);
    this.drawPast(context, colours, width, 206, 62);
  }

  drawBelt(context, colours, width) {
    const { words, time } = this;
    const target = this.target ?? 0;
    // Room ahead for the target and what is early; it follows slowly, without leaps.
    const wanted = Math.max(0.1, (target / 1000) * 1.25 + 0.04);
    this.ahead += (wanted - this.ahead) * 0.06;
    const scale = Math.min(1100, (0.62 * width) / this.ahead); // pixels a second
    const reach = (target / 1000) * scale;
    const head = Math.round(Math.max(this.ahead * scale, reach + 88)); // room for its name
    const x = (due) => head + (time - due) * scale;
    const [top, lane, size, below, axis] = [26, 76, Math.min(24, 0.02 * scale - 2), 128, 162];

    // the belt, its head, the target
    context.fillStyle = colours.faint;
    context.fillRect(0, lane - 4, width, 32);
    label(context, colours, words.arriving, 8, 16);
    line(context, colours.ink, head, 8, head, axis, 2);
    label(context, colours, words.play_head, head + 6, 16, { bold: true });
    if (this.target !== null) {
      const at = head - reach;
      line(context, colours.ink, at, 34, at, axis, 1.5, [5, 4]);
      const text = fill(words.target, { ms: Math.round(target) });
      const fits = at > 96; // else its name stands on the other side
      label(context, colours, text, fits ? at - 5 : at + 5, 126, { bold: true, align: fits ? "end" : "start" });
    }
    // the axis: until its turn, since its turn
    line(context, colours.soft, 0, axis, width, axis, 1);
    const tick = scale > 600 ? 50 : scale > 250 ? 100 : 200;
    for (let ms = -2000; ms <= 3000; ms += tick) {
      const at = head + (ms / 1000) * scale;
      if (at < 12 || at > width - 12) continue;
      line(context, colours.soft, at, axis, at, axis + 4, 1);
      if (ms % (2 * tick) === 0) label(context, colours, String(Math.abs(ms)), at, axis + 16, { align: "center" });
    }
    label(context, colours, `← ${words.due_in}`, head - 8, axis + 30, { align: "end" });
    label(context, colours, `${words.played_ago} →`, head + 8, axis + 30);
    if (time === null) return;

    for (const slot of this.slots.values()) {
      const at = x(slot.due);
      if (at < -40 || at > width + 40) continue;
      const left = at - size / 2;
      const turned = time >= slot.due;
      const here = slot.arrived !== null && time >= slot.arrived;
      const fall = Math.min(FALL, Math.abs(slot.due - slot.arrived) / 2) || FALL;
      const fallen = this.calm.matches || !here ? 1 : Math.min(1, (time - slot.arrived) / fall);
      if (slot.fate === "late" && here) {
        const y = lane + (below - lane) * fallen;
        shape(context, colours, "late", left, y, size, slot.number);
      }
      if (slot.fate === "missing" || slot.fate === "late") {
        // Its place on the belt is empty; whether for good shows at the head.
        if (turned) shape(context, colours, "missing", left, lane, size);
        else if (slot.due - time < target / 1000) shape(context, colours, "expected", left, lane, size);
      } else if (here) {
        const y = top + (lane - top) * fallen * fallen;
        const fate = slot.fate === "left out" ? "left_out" : slot.fate === "repaired" ? "repaired" : turned ? "played" : "waiting";
        shape(context, colours, fate, left, y, size, slot.number, fate === "repaired" && !turned);
      }
    }
  }

  // Over the last seconds: how long each waited, against the target.
  drawPast(context, colours, width, top, height) {
    const { words, time } = this;
    label(context, colours, words.waited, 8, top + 4, { most: width - 16 });
    const [left, right, ground] = [40, width - 10, top + 12 + height];
    line(context, colours.soft, left, ground, right, ground, 1);
    if (time === null) return;
    const seen = [...this.slots.values()].filter((slot) => slot.due <= time && slot.due > time - SPAN).sort((a, b) => a.due - b.due);
    const highest = Math.max(50, ...seen.map((slot) => 1.2 * slot.delay), ...seen.map((slot) => (slot.arrived === null ? 0 : 1000 * (slot.due - slot.arrived))));
    const most = [50, 100, 150, 200, 300, 500, 700, 1000, 1500, 2000].find((step) => step >= highest) ?? highest;
    const x = (at) => right - ((time - at) / SPAN) * (right - left);
    const y = (ms) => ground - (Math.max(0, Math.min(ms, most)) / most) * height;
    label(context, colours, "0", left - 6, ground + 3, { align: "end" });
    label(context, colours, String(most), left - 6, top + 20, { align: "end" });
    context.beginPath();
    seen.forEach((slot, at) => context[at ? "lineTo" : "moveTo"](x(slot.due), y(slot.delay)));
    context.strokeStyle = colours.ink;
    context.lineWidth = 1.5;
    context.setLineDash([5, 4]);
    context.stroke();
    context.setLineDash([]);
    for (const slot of seen) {
      const fate = slot.fate === "waiting" ? "played" : slot.fate.replace(" ", "_");
      const waited = slot.arrived === null ? 0 : 1000 * (slot.due - slot.arrived);
      mark(context, colours, fate, x(slot.due), y(waited));
    }
  }

  // A shape of the legend, in the page's own colours.
  sample(fate) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    for (const [key, value] of Object.entries({ viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true", class: `lk-shape lk-shape-${fate}` }))
      svg.setAttribute(key, value);
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", {
      waiting: "M2 2h12v12h-12z", played: "M2 2h12v12h-12z", repaired: "M8 2L15 14H1z",
      late: "M3 3L13 13M13 3L3 13", missing: "M8 2a6 6 0 1 0 .01 0z", left_out: "M2 8h12",
    }[fate]);
    svg.append(path);
    return svg;
  }

  free() {
    cancelAnimationFrame(this.request);
    this.sized.disconnect();
  }
}

// A frame of sound: what became of it shows in form and colour.
function shape(context, colours, fate, x, y, size, number, hollow = false) {
  const middle = x + size / 2;
  context.lineWidth = 2;
  context.setLineDash([]);
  context.strokeStyle = colours[fate] ?? colours.soft;
  context.fillStyle = colours[fate] ?? colours.soft;
  context.beginPath();
  if (fate === "missing" || fate === "expected") {
    if (fate === "expected") context.setLineDash([2, 3]);
    context.arc(middle, y + 12, Math.max(3, size / 2 - 1), 0, 2 * Math.PI);
    context.stroke();
    context.setLineDash([]);
    return;
  }
  if (fate === "late") {
    cross(context, middle, y + 12, Math.min(7, size / 2));
    context.stroke();
    if (size >= 15) label(context, colours, String(number), middle, y - 1, { align: "center" });
    return;
  }
  if (fate === "repaired") {
    context.moveTo(middle, y);
    context.lineTo(x + size, y + 24);
    context.lineTo(x, y + 24);
    context.closePath();
  } else if (fate === "left_out") context.rect(x, y + 10, size, 4);
  else context.roundRect(x + 1, y + 1, Math.max(2, size - 2), 22, 3);
  if (fate === "waiting" || hollow) {
    context.globalAlpha = 0.18;
    context.fill();
    context.globalAlpha = 1;
    context.stroke();
  } else context.fill();
  if (size < 15 || fate === "left_out") return;
  const inside = fate === "waiting" || hollow ? colours.ink : colours.ground;
  label(context, { ...colours, soft: inside }, String(number), middle, y + (fate === "repaired" ? 21 : 16), { align: "center", size: fate === "repaired" ? 9 : 11 });
}

// The same, small.
function mark(context, colours, fate, x, y) {
  context.strokeStyle = context.fillStyle = colours[fate] ?? colours.soft;
  context.lineWidth = 1.5;
  context.beginPath();
  if (fate === "late") cross(context, x, y, 3.5);
  else if (fate === "missing") context.arc(x, y, 3.5, 0, 2 * Math.PI);
  else if (fate === "repaired") {
    context.moveTo(x, y - 4);
    context.lineTo(x + 4, y + 3);
    context.lineTo(x - 4, y + 3);
    context.closePath();
  } else context.rect(x - 1.5, y - 1.5, 3, 3);
  if (fate === "played" || fate === "repaired") context.fill();
  else context.stroke();
}

function cross(context, x, y, reach) {
  context.moveTo(x - reach, y - reach);
  context.lineTo(x + reach, y + reach);
  context.moveTo(x + reach, y - reach);
  context.lineTo(x - reach, y + reach);
}

function line(context, colour, x1, y1, x2, y2, width, dash = []) {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.setLineDash(dash);
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.stroke();
  context.setLineDash([]);
}

function label(context, colours, text, x, y, { align = "start", bold = false, size = 11, most } = {}) {
  context.fillStyle = bold ? colours.ink : colours.soft;
  context.font = `${bold ? 600 : 400} ${size}px ${colours.font}`;
  context.textAlign = align;
  context.fillText(text, x, y, most);
}
