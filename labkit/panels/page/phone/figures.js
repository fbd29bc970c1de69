// How the media do: latency, jitter, loss, a small curve, and the rest in words.

class Figures {
  constructor(words) {
    this.words = words;
    this.cells = {};
    const names = ["latency", "jitter", "loss"];
    const row = (kind) => element("tr", {},
      element("th", { scope: "row" }, element("span", { class: `lk-key lk-key-${kind}`, "aria-hidden": "true" }), words[kind]),
      ...names.map((what) => (this.cells[`${kind} ${what}`] = element("td"))));
    this.curve = new Curve(words);
    this.details = element("dl", { class: "lk-details" });
    this.node = element("div", { class: "lk-group lk-measures" },
      element("table", { class: "lk-figures", "aria-label": words.measures },
        element("thead", {}, element("tr", {}, element("td"), ...names.map((what) => element("th", { scope: "col" }, words[what])))),
        element("tbody", {}, row("video"), row("audio"))),
      this.curve.node, this.details);
  }

  draw({ measures, details }) {
    this.node.classList.toggle("lk-quiet", !measures);
    for (const kind of ["video", "audio"])
      for (const what of ["latency", "jitter", "loss"])
        write(this.cells[`${kind} ${what}`], measures ? measures[kind][what] : "–");
    this.curve.draw(measures ? measures.curves : [[], []], measures);
    if (this.details.childElementCount !== details.length)
      this.details.replaceChildren(...details.map(() => element("div", {}, element("dt"), element("dd"))));
    details.forEach(([name, value], index) => {
      const [dt, dd] = this.details.children[index].children;
      write(dt, name);
      write(dd, value);
    });
  }
}

// A small curve of latency: video solid, audio dashed; the words say the same.
class Curve {
  constructor(words) {
    this.words = words;
    const svg = (tag, attributes) => {
      const made = document.createElementNS(SVG, tag);
      for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
      return made;
    };
    this.lines = ["video", "audio"].map((kind) => svg("path", { class: `lk-curve lk-curve-${kind}` }));
    this.svg = svg("svg", { viewBox: "0 0 300 60", preserveAspectRatio: "none", role: "img" });
    this.svg.append(svg("path", { class: "lk-axis", d: "M0 59.5H300M0 .5H300" }), ...this.lines);
    this.top = element("span", { class: "lk-top" });
    this.node = element("figure", { class: "lk-plot" },
      element("figcaption", {}, words.last_seconds, this.top), this.svg);
  }

  draw(curves, found) {
    const highest = Math.max(10, ...curves.flat().filter((value) => value !== null));
    const top = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000].find((step) => step >= highest) ?? highest;
    write(this.top, `0 – ${top} ms`);
    curves.forEach((values, index) => {
      let path = "";
      let pen = "M";
      values.forEach((value, at) => {
        if (value === null) return (pen = "M");
        const x = (300 * (at + 0.5)) / values.length;
        path += `${pen}${x.toFixed(1)} ${(59 - (58 * value) / top).toFixed(1)}`;
        pen = "L";
      });
      this.lines[index].setAttribute("d", path);
    });
    const said = found ? `${this.words.video} ${found.video.latency} ms, ${this.words.audio} ${found.audio.latency} ms` : "–";
    this.svg.setAttribute("aria-label", `${this.words.last_seconds}: ${said}`);
  }
}
