// Reads, in every animation frame, the time written in the pictures on the page
// (labkit/devices/timestamp.py) and keeps each new one with the time at which it is seen.

() => {
  const COLUMNS = 32;
  const ROWS_IN_HEIGHT = 24;
  const context = new OffscreenCanvas(4 * COLUMNS, 2).getContext("2d", {
    willReadFrequently: true,
  });
  const last = [];
  window.seen = [];

  // The squares of both edges, each edge shrunk to one line of four pixels a square.
  function words(image) {
    const width = image.naturalWidth || image.width;
    const height = image.naturalHeight || image.height;
    if (!width) return null;
    const rows = Math.max(1, Math.round(height / ROWS_IN_HEIGHT));
    for (const [line, top] of [[0, 0], [1, height - rows]]) {
      context.drawImage(image, 0, top + rows / 4, width, rows / 2, 0, line, 4 * COLUMNS, 1);
    }
    const { data } = context.getImageData(0, 0, 4 * COLUMNS, 2);
    return [word(data, 0), word(data, 1)];
  }

  function word(data, line) {
    let value = 0;
    for (let column = 0; column < COLUMNS; column += 1) {
      const at = 4 * (line * 4 * COLUMNS + 4 * column + 1);
      value = value * 2 + (data[at + 1] + data[at + 5] > 255 ? 1 : 0);
    }
    return value;
  }

  function look() {
    document.querySelectorAll(SELECTOR).forEach((image, view) => {
      const found = words(image);
      if (!found || String(found) === String(last[view])) return;
      last[view] = found;
      window.seen.push([view, Date.now(), ...found]);
    });
    window.looking = requestAnimationFrame(look);
  }

  cancelAnimationFrame(window.looking);
  look();
}
