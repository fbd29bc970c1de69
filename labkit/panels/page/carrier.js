// Carries a model's messages to the kernel and back: through Jupyter, or by a shortcut.
//
// A page of the very machine that the kernel runs on asks for a port and a token, and
// opens a WebSocket (labkit/net/shortcut.py). Where that fails (a tunnel, a container)
// or ends, all goes through Jupyter. What a kernel says both ways is heard once.

const THIS_MACHINE = /^(localhost|127(\.\d+){3}|\[::1\])$/;
const ASK_AGAIN_AFTER = 2000; // milliseconds, when a shortcut that was open has ended

class Carrier {
  // `hear(content, buffers)`: buffers are DataViews, as Jupyter's.
  constructor(model, hear) {
    this.model = model;
    this.hear = hear;
    this.page = Math.random().toString(36).slice(2, 12) || "0";
    this.wanted = false;
    this.socket = null;
    model.on("msg:custom", (content, buffers) => {
      if (content.kind === "shortcut") this.take(content);
      else if (!content.twice || !this.isShort) hear(content, buffers);
    });
  }

  get isShort() {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  open() {
    this.wanted = true;
    if (!this.socket && THIS_MACHINE.test(location.hostname))
      this.throughJupyter({ kind: "shortcut", page: this.page });
  }

  close() {
    this.wanted = false;
    this.socket?.close();
  }

  send(content) {
    const message = this.isShort && packed(content);
    if (message) this.socket.send(message);
    else this.throughJupyter(content);
  }

  throughJupyter(content, buffers = []) {
    try {
      this.model.send(content, undefined, buffers);
    } catch {
      // The comm is dead: who waits for the kernel's word says so.
    }
  }

  take({ to, port, token }) {
    if (to === this.page && this.wanted && !this.socket) this.connect(`ws://127.0.0.1:${port}/${token}`);
  }

  connect(address) {
    const socket = (this.socket = new WebSocket(address));
    let was = false;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => (was = true);
    socket.onmessage = ({ data }) => this.hear(...unpacked(data));
    socket.onclose = () => this.ended(was);
  }

  ended(was) {
    this.socket = null;
    if (was && this.wanted) setTimeout(() => this.wanted && this.open(), ASK_AGAIN_AFTER);
  }
}

// A message of a shortcut; nothing where its head is too large for one, as when somebody
// has chosen a file.
function packed(content, buffer) {
  const LARGEST_HEAD = 65536; // bytes
  const head = new TextEncoder().encode(JSON.stringify(content));
  if (head.length > LARGEST_HEAD) return null;
  const message = new Uint8Array(4 + head.length + (buffer?.byteLength ?? 0));
  new DataView(message.buffer).setUint32(0, head.length);
  message.set(head, 4);
  if (buffer) message.set(new Uint8Array(buffer), 4 + head.length);
  return message;
}

function unpacked(data) {
  const length = new DataView(data).getUint32(0);
  const content = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 4, length)));
  return [content, [new DataView(data, 4 + length)]];
}
