// Signs as lines on a field of 24 by 24; what they say is said in words beside them.

const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  answer: "M5 4h4l2 5-2.5 1.5a11 11 0 0 0 5 5L15 13l5 2v4a1 1 0 0 1-1 1A15 15 0 0 1 4 5a1 1 0 0 1 1-1z",
  hang_up: "M3 14.5c5-5.3 13-5.3 18 0l-2.6 2.7-3.6-1.9v-2.6a9 9 0 0 0-5.6 0v2.6l-3.6 1.9z",
  refuse: "M3 14.5c5-5.3 13-5.3 18 0l-2.6 2.7-3.6-1.9v-2.6a9 9 0 0 0-5.6 0v2.6l-3.6 1.9z",
  mute: "M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM5.5 11a6.5 6.5 0 0 0 13 0M12 17.5V21",
  unmute: "M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM5.5 11a6.5 6.5 0 0 0 13 0M12 17.5V21M4 3l16 18",
  pause_video: "M4 6.5h10a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1zM15 11l6-3.5v9L15 13",
  resume_video: "M4 6.5h10a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1zM15 11l6-3.5v9L15 13M4 3l16 18",
  hold: "M8.5 5v14M15.5 5v14",
  resume: "M8 5l11 7-11 7z",
  record: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z",
  stop_recording: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM9.5 9.5h5v5h-5z",
  snapshot: "M3.5 8H7l2-3h6l2 3h3.5v11h-17zM12 9.8a3.4 3.4 0 1 0 0 6.8 3.4 3.4 0 0 0 0-6.8z",
  full: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  full_end: "M9 4v5H4M20 9h-5V4M15 20v-5h5M4 15h5v5",
  keys: "M3 6.5h18v11H3zM6.5 10h.01M10 10h.01M13.5 10h.01M17.5 10h.01M8 14h8",
  people: "M9 4.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM2.5 20a6.5 6.5 0 0 1 13 0M16 5a3.5 3.5 0 0 1 0 6.3M18 14.5a6.5 6.5 0 0 1 3.5 5.5",
  chat: "M4 5h16v11H10l-5 4v-4H4z",
  source: "M4 7h8M17 7h3M4 17h3M12 17h8M14.5 4.8v4.4M9.5 14.8v4.4",
  figures: "M4 4v16h16M7.5 15l4-5 3.5 3 5-7",
  bell: "M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15zM10.3 21h3.4",
  bell_off: "M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15zM10.3 21h3.4M4 3l16 18",
  list: "M19.5 12a7.5 7.5 0 1 1-2.2-5.3M19.5 3.5v4.7h-4.7",
  close: "M6 6l12 12M18 6L6 18",
  send: "M4 11.5L20 4l-5.5 16-3-6.5z",
  lock: "M6 11h12v9H6zM8.5 11V7.5a3.5 3.5 0 0 1 7 0V11M12 14.5v2",
  swap: "M7 4L3.5 7.5 7 11M3.5 7.5h13M17 13l3.5 3.5L17 20M20.5 16.5h-13",
  silhouette: "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4.5 20.5a7.5 7.5 0 0 1 15 0",
};

function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", class: "lk-icon", "aria-hidden": "true", focusable: "false" }))
    svg.setAttribute(key, value);
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  svg.turn = (other) => path.setAttribute("d", ICONS[other]);
  return svg;
}

// A button with a sign; its words are its name and its tip, and stand in it if `shown`.
function signButton(name, text, { shown = false, key = "", sort = "" } = {}) {
  const sign = icon(name);
  const word = element("span", { class: "lk-button-word" }, text);
  const button = element("button", {
    type: "button", class: `lk-button lk-sign lk-${name} ${sort} ${shown ? "lk-worded" : ""}`,
    "aria-keyshortcuts": key || null,
  }, sign, word);
  button.say = (words, other = name) => {
    if (button.getAttribute("aria-label") === words) return;
    write(word, words);
    button.setAttribute("aria-label", words);
    button.title = key ? `${words} (${key})` : words;
    sign.turn(other);
  };
  button.say(text);
  return button;
}
