// What every panel's page shares: the link to the kernel, and screens for its pictures.
//
// A page acknowledges which pictures have come, some times a second and cumulatively;
// the kernel sends no more than the page takes. A screen shows only the newest picture.

const ACKNOWLEDGE_EVERY = 80; // milliseconds
const SILENT_AFTER = 4000;
const GREET_EVERY = 1500;

// One for each model on a page, however many views show it.
class Link {
  constructor(model) {
    this.model = model;
    this.numbers = {};
    this.newest = {};
    this.views = new Set();
    this.heardAt = performance.now();
    this.acknowledgedAt = 0;
    this.greetedAt = 0;
    this.timer = null;
    this.leave = () => this.say({ kind: "bye" });
    this.carrier = new Carrier(model, (content, buffers) => this.hear(content, buffers));
    this.page = this.carrier.page;
  }

  attach(view) {
    this.views.add(view);
    if (this.views.size === 1) {
      this.heardAt = performance.now();
      this.carrier.open();
      this.watch = setInterval(() => this.watchOver(), 500);
      window.addEventListener("pagehide", this.leave);
      this.greet();
    }
    for (const [stream, blob] of Object.entries(this.newest)) view.picture?.(stream, blob);
    view.silent(false);
    return () => this.detach(view);
  }

  detach(view) {
    this.views.delete(view);
    if (this.views.size === 0) {
      clearInterval(this.watch);
      window.removeEventListener("pagehide", this.leave);
      this.leave();
      this.carrier.close();
    }
  }

  say(content) {
    this.carrier.send({ ...content, page: this.page, numbers: this.numbers });
  }

  greet() {
    this.greetedAt = performance.now();
    this.say({ kind: "hello", language: navigator.language });
  }

  hear(content, buffers) {
    this.heardAt = performance.now();
    if (content.kind === "frame") {
      this.numbers[content.stream] = content.number;
      const data = buffers[0];
      const type = new Uint8Array(data.buffer, data.byteOffset, 1)[0] === 0x89 ? "png" : "jpeg";
      const blob = new Blob([data], { type: `image/${type}` });
      this.newest[content.stream] = blob;
      for (const view of this.views) view.picture?.(content.stream, blob, content);
    } else if (content.kind === "alive") {
      Object.assign(this.numbers, content.numbers); // what has not come by now is lost
    } else {
      for (const view of this.views) view.told?.(content);
    }
    this.acknowledge();
  }

  forget(stream) {
    delete this.newest[stream];
  }

  acknowledge() {
    if (this.timer !== null || this.views.size === 0) return;
    const wait = this.acknowledgedAt + ACKNOWLEDGE_EVERY - performance.now();
    const now = () => {
      this.timer = null;
      this.acknowledgedAt = performance.now();
      if (this.views.size) this.say({ kind: "ack" });
    };
    if (wait <= 0) now();
    else this.timer = setTimeout(now, wait);
  }

  watchOver() {
    const now = performance.now();
    const silent = now - this.heardAt > SILENT_AFTER && !this.model.get("scene").closed;
    for (const view of this.views) view.silent(silent);
    if (now - this.heardAt > GREET_EVERY && now - this.greetedAt > GREET_EVERY) this.greet();
  }
}

// Shows pictures on a canvas; while one is being decoded, only the newest waits. An <img>
// is as quick, but the browser goes on keeping the pictures that it has shown.
class Screen {
  constructor(className) {
    this.node = element("canvas", { class: `${className} lk-empty`, role: "img", width: 4, height: 3 });
    this.context = this.node.getContext("bitmaprenderer");
    this.waiting = null;
    this.busy = false;
    this.painted = 0;
    this.cleared = 0;
  }

  // What is seen, for those who cannot.
  name(text) {
    if (this.node.getAttribute("aria-label") !== text) this.node.setAttribute("aria-label", text);
  }

  show(blob) {
    this.waiting = blob;
    if (!this.busy) this.next();
  }

  async next() {
    this.busy = true;
    while (this.waiting) {
      const blob = this.waiting;
      this.waiting = null;
      const before = this.cleared;
      try {
        const picture = await createImageBitmap(blob);
        if (this.cleared === before) this.draw(picture); // else it came too late
      } catch {
        // Not a picture: the next one comes.
      }
    }
    this.busy = false;
  }

  draw(picture) {
    const { width, height } = picture;
    if (this.node.width !== width || this.node.height !== height)
      Object.assign(this.node, { width, height });
    this.context.transferFromImageBitmap(picture); // handed over, not drawn again
    this.node.dataset.painted = this.painted += 1;
    this.node.classList.remove("lk-empty");
  }

  clear() {
    this.waiting = null;
    this.cleared += 1;
    this.node.classList.add("lk-empty");
  }
}

// element("p", { class: "lk-note", hidden: true }, "text", child): a DOM element.
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

let ids = 0;
const newId = () => `lk-${(ids += 1)}-${Math.random().toString(36).slice(2, 8)}`;

// Touch the page only where it changes: screen readers and focus stay calm.
function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

// The frame of every panel: `build(root, link, words)` makes its content, the heading of
// which is the panel's name, and returns
// { draw(scene), picture?(stream, blob), told?(content), free?() }.
function panel(build) {
  return () => {
    let link;
    return {
      initialize({ model }) {
        link = new Link(model);
      },
      render({ model, el }) {
        let words, root, content;
        const state = element("p", { class: "lk-closed", role: "status", hidden: true });
        const make = () => {
          words = model.get("words");
          root = element("section", { class: "lk-panel", lang: words.language });
          content = build(root, link, words);
          const name = root.querySelector(".lk-name");
          if (name) root.setAttribute("aria-labelledby", (name.id ||= newId()));
        };
        make();
        el.classList.add("lk-root");
        el.append(state, root);
        const view = {
          picture: (...shown) => content.picture?.(...shown),
          told: (...said) => content.told?.(...said),
          silent(is) {
            const closed = model.get("scene").closed;
            const text = closed || (is ? words.silent : "");
            state.hidden = !text;
            write(state, text);
            root.classList.toggle("lk-still", Boolean(text));
            root.inert = Boolean(closed);
          },
        };
        const draw = () => {
          const scene = model.get("scene");
          content.draw(scene);
          if (scene.closed) view.silent(false);
        };
        // Another language: all anew, but the control that has the focus keeps it.
        const controls = () => [...root.querySelectorAll("button, input, select, textarea, [tabindex]")];
        const speak = () => {
          const focused = controls().indexOf(document.activeElement);
          const former = root;
          content.free?.();
          make();
          former.replaceWith(root);
          draw();
          for (const [stream, blob] of Object.entries(link.newest)) view.picture(stream, blob);
          controls()[focused]?.focus();
        };
        model.on("change:words", speak);
        model.on("change:scene", draw);
        draw();
        const detach = link.attach(view);
        return () => {
          model.off("change:words", speak);
          model.off("change:scene", draw);
          detach();
          content.free?.();
        };
      },
    };
  };
}
