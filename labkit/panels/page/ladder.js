export default panel((root, link, words) => {
  root.classList.add("lk-ladder");
  const head = element("header", { class: "lk-head" },
    element("h3", { class: "lk-name" }, words.ladder),
    element("span", { class: "lk-hint" }, words.open_message));
  const rungs = element("div", { class: "lk-rungs", tabindex: 0, role: "group", "aria-label": words.ladder });
  const close = element("button", { type: "button", class: "lk-button" }, words.close_message);
  const title = element("h4", { lang: "en" }); // what the trace says is in English
  const text = element("pre", { class: "lk-text", tabindex: 0, lang: "en" });
  const message = element("section", { class: "lk-message", hidden: true },
    element("div", { class: "lk-between" }, title, close), text);
  root.append(head, element("div", { class: "lk-ladder-body" }, rungs, message));

  const heads = element("div", { class: "lk-heads", "aria-hidden": "true" });
  let drawn = "";
  let opened = null;

  const open = (number) => link.say({ kind: "open", number });
  const arrowOf = (event) => event.target.closest?.(".labkit-arrow");
  rungs.addEventListener("click", (event) => {
    const arrow = arrowOf(event);
    if (arrow) open(Number(arrow.dataset.number));
  });
  root.addEventListener("keydown", (event) => {
    event.stopPropagation(); // JupyterLab's own keys
    const arrow = arrowOf(event);
    if (arrow && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      open(Number(arrow.dataset.number));
    } else if (event.key === "Escape" && opened !== null) close.click();
  });
  close.addEventListener("click", () => {
    rungs.querySelector(`[data-number="${opened}"]`)?.focus();
    open(null);
  });

  // Row by row, so that what has the focus keeps it while the ladder grows.
  function drawSvg(source) {
    if (source === drawn) return;
    drawn = source;
    const template = document.createElement("template");
    template.innerHTML = source;
    const fresh = template.content.querySelector("svg");
    fresh.setAttribute("lang", "en");
    const old = rungs.querySelector(":scope > svg");
    const atEnd = rungs.scrollHeight - rungs.scrollTop - rungs.clientHeight < 48;
    drawHeads(fresh);
    if (!old) rungs.replaceChildren(heads, fresh);
    else {
      for (const { name, value } of fresh.attributes) old.setAttribute(name, value);
      const wanted = [...fresh.children];
      wanted.forEach((child, index) => {
        const present = old.children[index];
        if (!present) old.append(child);
        else if (!same(present, child)) present.replaceWith(child);
      });
      while (old.children.length > wanted.length) old.lastElementChild.remove();
    }
    if (atEnd) rungs.scrollTop = rungs.scrollHeight;
  }

  // Whose line is whose must be seen also where the top has been scrolled away.
  function drawHeads(svg) {
    const found = svg.querySelectorAll(":scope > .box, :scope > .head");
    const top = Number(found[0]?.getAttribute("y") ?? 0) - 4;
    const copy = svg.cloneNode(false);
    copy.setAttribute("viewBox", `0 ${top} ${svg.getAttribute("width")} 38`);
    copy.setAttribute("height", 38);
    copy.append(...[...found].map((part) => part.cloneNode(true)));
    heads.replaceChildren(copy);
    heads.dataset.top = top;
  }
  rungs.addEventListener("scroll", () =>
    rungs.classList.toggle("lk-scrolled", rungs.scrollTop > Number(heads.dataset.top)));

  const sources = new WeakMap();
  function same(present, wanted) {
    const source = wanted.outerHTML;
    const equal = (sources.get(present) ?? present.outerHTML) === source;
    sources.set(equal ? present : wanted, source);
    return equal;
  }

  function drawMessage(found) {
    const number = found?.number ?? null;
    if (number !== opened && opened !== null)
      rungs.querySelector(`[data-number="${opened}"]`)?.setAttribute("aria-pressed", "false");
    message.hidden = number === null;
    if (number !== null) {
      const arrow = rungs.querySelector(`[data-number="${number}"]`);
      arrow?.setAttribute("aria-pressed", "true");
      if (number !== opened) write(title, arrow?.getAttribute("aria-label") ?? "");
      write(text, found.text);
    }
    opened = number;
  }

  return {
    draw(scene) {
      rungs.style.maxBlockSize = `${scene.height}px`;
      message.style.maxBlockSize = `${scene.height}px`;
      drawSvg(scene.svg);
      drawMessage(scene.opened);
    },
  };
});
