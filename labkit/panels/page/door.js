// The way in: who you are, and which registry knows you.

export default panel((root, link, words) => {
  root.classList.add("lk-door");
  const field = (name, attributes) => {
    const id = `lk-${link.page}-${name}`;
    const input = element("input", { class: "lk-field", id, autocomplete: "off", spellcheck: "false",
      "aria-describedby": `${id}-hint`, ...attributes });
    const label = element("div", { class: "lk-line" },
      element("label", { for: id, class: "lk-label" }, words[`${name}_label`]),
      element("span", { class: "lk-hint", id: `${id}-hint` }, words[`${name}_hint`]));
    return { input, node: element("div", { class: "lk-group" }, label, element("div", { class: "lk-bar" }, input)) };
  };
  const name = field("name", { maxlength: 64, required: true });
  const registry = field("registry", { maxlength: 256 });
  const open = element("button", { type: "submit", class: "lk-button lk-register" }, words.open_phone);
  const alert = element("p", { class: "lk-alert", role: "alert" });
  const form = element("form", { class: "lk-body" }, name.node, registry.node,
    element("div", { class: "lk-bar" }, open));
  root.append(
    element("header", { class: "lk-head" }, element("h3", { class: "lk-name" }, words.your_phone)),
    form, element("footer", { class: "lk-foot" }, element("p", { class: "lk-said" }, words.door_hint), alert));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    link.say({ kind: "enter", name: name.input.value, registry: registry.input.value });
  });

  let filled = 0;
  return {
    draw(scene) {
      if (scene.filled !== filled) { // else what stands there is being typed
        filled = scene.filled;
        name.input.value = scene.name;
        registry.input.value = scene.registry;
      }
      open.disabled = scene.working;
      write(open, scene.working ? words.opening : words.open_phone);
      write(alert, scene.error);
    },
  };
});
