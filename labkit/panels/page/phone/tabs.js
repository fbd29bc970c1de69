// Drawers side by side, one open: https://www.w3.org/WAI/ARIA/apg/patterns/tabs/

class Tabs {
  // parts: name -> node
  constructor(parts, words) {
    this.words = words;
    this.open = null;
    this.opened = () => {}; // (name): a drawer has been opened
    const names = Object.keys(parts);
    this.tabs = {};
    this.panes = {};
    for (const name of names) {
      const id = newId();
      const count = element("span", { class: "lk-count", hidden: true });
      const tab = element("button", {
        type: "button", role: "tab", id: `${id}-tab`, class: "lk-tab", "aria-controls": id,
      }, icon(name), element("span", {}, words[name]), count);
      tab.count = count;
      tab.addEventListener("click", () => this.show(name));
      this.tabs[name] = tab;
      this.panes[name] = element("div", {
        role: "tabpanel", id, class: `lk-pane lk-pane-${name}`, "aria-labelledby": tab.id,
      }, parts[name]);
    }
    this.list = element("div", { class: "lk-tabs", role: "tablist", "aria-label": words.parts }, ...Object.values(this.tabs));
    this.list.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!by) return;
      event.preventDefault();
      const at = names.indexOf(this.open);
      this.show(names[(at + by + names.length) % names.length]);
      this.tabs[this.open].focus();
    });
    this.node = element("div", { class: "lk-side" }, this.list,
      element("div", { class: "lk-panes" }, ...Object.values(this.panes)));
  }

  show(name) {
    if (name === this.open) return;
    this.open = name;
    for (const [each, tab] of Object.entries(this.tabs)) {
      tab.setAttribute("aria-selected", each === name);
      tab.tabIndex = each === name ? 0 : -1;
      this.panes[each].hidden = each !== name;
    }
    this.opened(name);
  }

  count(name, number) {
    const tab = this.tabs[name];
    tab.count.hidden = !number;
    write(tab.count, String(number));
    const label = this.words[name];
    tab.setAttribute("aria-label", number ? fill(this.words.unread, { label, count: number }) : label);
  }
}
