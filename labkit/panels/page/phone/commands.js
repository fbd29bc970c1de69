// The buttons that are the kernel's commands: pressed here, done there. Which make
// sense is said by the scene.

class Commands {
  constructor(link, words, field) {
    this.link = link;
    this.words = words;
    this.field = field; // whom a call goes to
    this.enabled = {};
    this.buttons = []; // { node, names }: a button, and the commands it stands for
  }

  tell(command) {
    this.link.say({ kind: "command", command, text: this.field.value });
  }

  // Press the first of these that makes sense; whether there was one.
  press(...names) {
    const name = names.find((each) => this.enabled[each]);
    if (name) this.tell(name);
    return Boolean(name);
  }

  // One command with its word on it.
  plain(name) {
    const node = element("button", { type: "button", class: `lk-button lk-${name}` }, this.words[name]);
    return this.add(node, [name]);
  }

  // One command, or a pair of which at most one makes sense: on, off.
  sign(names, options = {}) {
    return this.add(signButton(names[0], this.words[names[0]], options), names);
  }

  add(node, names) {
    node.addEventListener("click", () => this.press(...names));
    this.buttons.push({ node, names });
    return node;
  }

  draw(enabled) {
    this.enabled = enabled;
    for (const { node, names } of this.buttons) {
      const now = names.find((name) => enabled[name]);
      node.disabled = !now;
      if (names.length > 1) {
        node.say?.(this.words[now ?? names[0]], now ?? names[0]);
        node.classList.toggle("lk-turned", now === names[1]);
      }
    }
  }
}
