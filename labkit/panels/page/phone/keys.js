// The keyboard: single keys, while the phone has the focus and nothing is being typed.

const TYPING = "input:not([type=range]):not([type=checkbox]):not([type=radio]), textarea, select";

class Keys {
  // acts: [key, words, act]; `act` returns false where it makes no sense now.
  constructor(root, acts, words) {
    this.root = root;
    this.acts = Object.fromEntries(acts.map(([key, , act]) => [key.toLowerCase(), act]));
    const rows = [...acts.map(([key, text]) => [key, text]), ["↑ ↓", words.key_list], ["Esc", words.key_escape]];
    const title = element("h4", { id: newId() }, words.keys);
    const close = signButton("close", words.close, { sort: "lk-quiet-button" });
    close.addEventListener("click", () => this.help(false));
    this.close = close;
    this.node = element("div", { class: "lk-help", role: "dialog", "aria-labelledby": title.id, hidden: true },
      element("div", { class: "lk-between" }, title, close),
      element("dl", {}, ...rows.map(([key, text]) => element("div", {}, element("dt", {}, element("kbd", {}, key)), element("dd", {}, text)))),
      element("p", { class: "lk-hint" }, words.keys_hint));
    this.button = signButton("keys", words.keys, { key: "?", sort: "lk-quiet-button" });
    this.button.addEventListener("click", () => this.help(this.node.hidden));
    root.addEventListener("keydown", (event) => this.pressed(event));
  }

  help(open) {
    if (open === !this.node.hidden) return;
    this.node.hidden = !open;
    if (open) {
      this.before = document.activeElement;
      this.close.focus();
    } else (this.root.contains(this.before) && this.before.checkVisibility() ? this.before : this.root).focus();
  }

  // JupyterLab would take plain keys for commands of its own (x cuts the cell): while
  // the focus is in here they end here. With Ctrl, Alt or Cmd they are not ours.
  pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.shiftKey && event.key === "Enter") return;
    const plain = event.key.length === 1 || event.key === "Enter" || event.key.startsWith("Arrow") || /^(Home|End|Delete|Backspace)$/.test(event.key);
    if (event.key === "Escape" && !this.node.hidden) {
      this.help(false);
      event.stopPropagation();
    } else if (event.target.matches(TYPING)) {
      if (event.key === "Escape") this.root.focus();
      event.stopPropagation();
    } else if (plain) {
      const act = event.repeat ? null : this.acts[event.key.toLowerCase()];
      if (act) {
        act();
        event.preventDefault();
      }
      event.stopPropagation();
    }
  }
}
