// Sliders, switches and choices: each tells the kernel a wish, and keeps what the hand
// has done until the kernel says that the wish is done.

const TELL_EVERY = 100; // milliseconds, of one control

class Wishes {
  constructor(link) {
    this.link = link;
    link.wished ??= 0; // of all views, also of one that was in another language
    this.controls = {};
  }

  // control: { node, show(value), disable(is) }
  add(key, control) {
    this.controls[key] = { ...control, waitsFor: 0, toldAt: 0, timer: null, touched: false };
    return control.node;
  }

  // The hand has set `key` to `value`.
  wish(key, value) {
    const control = this.controls[key];
    control.touched = true;
    control.waitsFor = Infinity; // not told yet
    clearTimeout(control.timer);
    const tell = () => {
      control.toldAt = performance.now();
      control.waitsFor = this.link.wished += 1;
      this.link.say({ kind: "set", key, value, wish: control.waitsFor });
    };
    const wait = control.toldAt + TELL_EVERY - performance.now();
    if (wait <= 0) tell();
    else control.timer = setTimeout(tell, wait);
  }

  // What the kernel has; `errors`: key -> words.
  draw(values, enabled, errors, heard) {
    const done = heard[this.link.page] ?? 0;
    for (const [key, control] of Object.entries(this.controls)) {
      if (key in enabled) control.disable(!enabled[key]);
      control.wrong?.(errors[key] ?? "");
      if (control.waitsFor > done) continue;
      control.waitsFor = 0;
      const leave = errors[key] && control.wrong && control.touched; // what was typed stays, to be mended
      if (key in values && !leave) control.show(values[key]);
    }
  }

  free() {
    for (const control of Object.values(this.controls)) clearTimeout(control.timer);
  }
}

// JupyterLab's own keys must not see what is typed into a control.
function quietKeys(node) {
  node.addEventListener("keydown", (event) => event.stopPropagation());
  return node;
}

// On or off, and the word for it beside it.
function switchControl(label, describedBy, words, changed) {
  const box = element("input", {
    type: "checkbox", role: "switch", class: "lk-switch", "aria-label": label, "aria-describedby": describedBy,
  });
  const word = element("span", { class: "lk-word", "aria-hidden": "true" });
  const say = () => write(word, box.checked ? words.on : words.off);
  box.addEventListener("change", () => {
    say();
    changed(box.checked);
  });
  say();
  return {
    node: element("label", { class: "lk-switching" }, word, quietKeys(box)),
    show(value) {
      box.checked = value;
      say();
    },
    disable: (is) => (box.disabled = is),
  };
}

// One of a few, side by side.
function choiceControl(label, describedBy, options, changed) {
  const name = newId();
  const inputs = options.map(([value, text]) => {
    const input = element("input", { type: "radio", name, value, id: newId() });
    input.addEventListener("change", () => changed(value));
    return { value, input, text };
  });
  const node = element("span", {
    class: "lk-choice", role: "radiogroup", "aria-label": label, "aria-describedby": describedBy,
  }, ...inputs.flatMap(({ input, text }) => [quietKeys(input), element("label", { for: input.id }, text)]));
  return {
    node,
    show: (shown) => inputs.forEach(({ value, input }) => (input.checked = value === shown)),
    disable: (is) => inputs.forEach(({ input }) => (input.disabled = is)),
  };
}

// One of many.
function menuControl(label, describedBy, options, changed) {
  const node = quietKeys(element("select", { class: "lk-menu", "aria-label": label, "aria-describedby": describedBy },
    ...options.map(([value, text]) => element("option", { value }, text))));
  node.addEventListener("change", () => changed(node.value));
  return { node, show: (value) => (node.value = value), disable: (is) => (node.disabled = is) };
}

// A number that is typed; told when the field is left or Enter is pressed.
function numberControl(label, describedBy, changed, size = 5) {
  const node = quietKeys(element("input", {
    type: "text", inputmode: "decimal", class: "lk-field lk-number-field", size, maxlength: 32,
    autocomplete: "off", spellcheck: "false", "aria-label": label, "aria-describedby": describedBy,
  }));
  let told = "";
  const tell = () => {
    if (node.value === told) return;
    told = node.value;
    changed(node.value);
  };
  node.addEventListener("change", tell);
  node.addEventListener("keydown", (event) => event.key === "Enter" && tell());
  return {
    node,
    show(value) {
      if (document.activeElement === node && node.value !== told) return; // being typed
      node.value = told = value;
    },
    disable: (is) => (node.disabled = is),
    wrong(text) {
      node.classList.toggle("lk-wrong", Boolean(text));
      node.setAttribute("aria-invalid", Boolean(text));
    },
  };
}

// The languages there are, each by its own name; all panels of the kernel change to it.
function languageMenu(link, words) {
  const node = quietKeys(element("select", { class: "lk-menu lk-language", "aria-label": words.choose_language, title: words.choose_language },
    ...words.languages.map(([code, name]) => element("option", { value: code, lang: code, selected: code === words.language }, name))));
  node.addEventListener("change", () => link.say({ kind: "language", language: node.value }));
  return node;
}
