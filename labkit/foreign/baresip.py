"""baresip, a SIP phone of other people, on this machine and driven from here.

    with Baresip("127.0.0.3") as bob:
        alice.call(bob.uri)             # it answers by itself
        bob.wait_for("CALL_ESTABLISHED")
        bob.hang_up()

It needs no sound card and no screen: it says a tone of 440 Hz, shows a plain picture,
keeps what it hears in a file and what it sees on request.
PROTOCOLS section 2. Notebook: 02-signalling.
"""

from __future__ import annotations

import json
import socket
import struct
import tempfile
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from labkit.devices.base import Pixels, Samples
from labkit.effects import Address
from labkit.errors import LabkitError, NoAnswer
from labkit.foreign import netstring
from labkit.foreign.program import Program, where

TONE = 440
"""Hertz that it says."""
PATIENCE = 10.0
"""Seconds that it may take to start, to do as it is told, or to report."""
RATE, CHANNELS = 48_000, 2
WAV = struct.Struct("<22xHI")
"""Of a WAV file's header: channels, samples a second."""
WAV_HEADER = 44
PNG_END = b"IEND\xaeB`\x82"
MOST_EVENTS = 1000

CONFIG = """\
sip_listen {address}
net_interface {host}
ctrl_tcp_listen {control}
rtp_ports {first}-{last}
audio_player aubridge,heard
audio_alert aubridge,rings
audio_source ausine,{tone}
ausrc_srate {rate}
ausrc_channels {channels}
auplay_srate {rate}
auplay_channels {channels}
video_source fakevideo,nil
video_display fakevideo,nil
video_size 320x240
video_fps 15
snd_path {folder}
module_path {libraries}
{modules}
module_tmp uuid.so
module_tmp account.so
module_app menu.so
"""
MODULES = (
    *("opus", "g711", "vp8", "avcodec"),
    *("aubridge", "ausine", "fakevideo", "sndfile", "snapshot", "srtp", "ctrl_tcp"),
)


class Baresip:
    """One phone of other people, on an address of this machine of its own.

    `name` is its user's. `registrar` is where it registers, as "127.0.0.1:5060";
    `account` is more of its account line, as ";answermode=manual". Raises LocalError
    where baresip is not installed, NoAnswer when it does not start.
    """

    def __init__(
        self,
        host: str,
        name: str = "bob",
        *,
        registrar: str = "",
        account: str = ";answermode=auto",
    ) -> None:
        self.host, self.name = host, name
        self._scratch = tempfile.TemporaryDirectory(prefix="labkit-baresip-")
        self.folder = Path(self._scratch.name)
        self.address, control = (Address(host, _free_port(host)) for _ in range(2))
        self._events: deque[dict[str, Any]] = deque(maxlen=MOST_EVENTS)
        self._replies: dict[str, dict[str, Any]] = {}
        self._changed = threading.Condition()
        self._commands = 0
        self._configure(control, registrar, account)
        self._program = Program(
            "baresip", "-f", str(self.folder), "-s", "-v", folder=self.folder
        )
        try:
            self._socket = self._connected(control)
        except LabkitError:
            self._program.close()
            self._scratch.cleanup()
            raise
        self._reader = threading.Thread(
            target=self._read, name=f"baresip-{name}", daemon=True
        )
        self._reader.start()

    @property
    def uri(self) -> str:
        """What to dial to reach it."""
        return f"sip:{self.name}@{self.address}"

    @property
    def log(self) -> str:
        """What it has printed, SIP messages among it."""
        return self._program.log

    # --- what its user does ---

    def dial(self, uri: str) -> None:
        """Call somebody."""
        self.command("dial", uri)

    def accept(self) -> None:
        """Answer the call that rings there."""
        self.command("accept")

    def hang_up(self) -> None:
        """End its call, or refuse the one that rings."""
        self.command("hangup")

    def hold(self) -> None:
        """Put its peer on hold."""
        self.command("hold")

    def resume(self) -> None:
        """Take its peer off hold."""
        self.command("resume")

    # --- what it knows, hears and sees ---

    def wait_for(self, *kinds: str, timeout: float = PATIENCE) -> dict[str, Any]:
        """The next event of one of these kinds, as "CALL_ESTABLISHED" or "CALL_CLOSED".

        Events that came before it are forgotten. Raises NoAnswer after `timeout`.
        """
        found: list[dict[str, Any]] = []

        def came() -> bool:
            while self._events:
                event = self._events.popleft()
                if event.get("type") in kinds:
                    found.append(event)
                    return True
            return False

        self._until(came, timeout, f"it did not report {' or '.join(kinds)}")
        return found[0]

    def heard(self) -> tuple[Samples, int]:
        """What it has heard in its last call, mono, and how many samples a second.

        Its recording ends at the first hold.
        """
        files = sorted(self.folder.glob("dump-*-dec.wav"), key=_age)
        data = files[-1].read_bytes() if files else b""
        if len(data) <= WAV.size:
            return np.zeros(0, np.int16), 0
        *_, channels, rate = WAV.unpack_from(data)
        # The length in the header is filled in only when the file is closed.
        frames = (len(data) - WAV_HEADER) // (2 * channels)
        samples = np.frombuffer(data, "<i2", frames * channels, WAV_HEADER)
        return samples.reshape(-1, channels)[:, 0], rate

    def sees(self, timeout: float = PATIENCE) -> Pixels:
        """The next picture that it shows its user: BGR, shape (height, width, 3).

        Raises NoAnswer when none comes.
        """
        path = self.folder / "seen.png"
        path.unlink(missing_ok=True)
        self.command("snapshot_recv", str(path))
        found: list[Pixels] = []

        def came() -> bool:
            data = path.read_bytes() if path.is_file() else b""
            if data.endswith(PNG_END):  # else it is still being written
                pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
                found.append(np.asarray(pixels, np.uint8))
            return bool(found)

        self._until(came, timeout, "no picture came to it")
        return found[0]

    # --- its remote control ---

    def command(self, name: str, parameters: str = "") -> str:
        """Have it do something; returns what it prints.

        Raises NoAnswer when it says nothing, or that it could not.
        """
        self._commands += 1
        token = str(self._commands)
        wish = {"command": name, "params": parameters, "token": token}
        self._socket.sendall(netstring.write(json.dumps(wish).encode()))
        self._until(lambda: token in self._replies, PATIENCE, f"no reply to {name}")
        reply = self._replies.pop(token)
        if not reply.get("ok"):
            raise NoAnswer(f"baresip could not {name} {parameters}: {reply}")
        return str(reply.get("data", ""))

    def close(self) -> None:
        """End it. Safe to repeat."""
        self._program.close()
        self._socket.close()
        self._reader.join(PATIENCE)
        self._scratch.cleanup()

    def __enter__(self) -> Baresip:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- inside ---

    def _configure(self, control: Address, registrar: str, account: str) -> None:
        first = _free_port(self.host) // 2 * 2
        config = CONFIG.format(
            address=self.address,
            host=self.host,
            control=control,
            first=min(first, 65_000),
            last=min(first, 65_000) + 100,
            tone=TONE,
            rate=RATE,
            channels=CHANNELS,
            folder=self.folder,
            libraries=where("baresip").parents[1] / "lib/baresip/modules",
            modules="\n".join(f"module {module}.so" for module in MODULES),
        )
        at = f"{registrar};transport=udp" if registrar else f"{self.address}"
        interval = 60 if registrar else 0
        user = f"<sip:{self.name}@{at}>;regint={interval}{account}\n"
        (self.folder / "config").write_text(config, encoding="utf-8")
        (self.folder / "accounts").write_text(user, encoding="utf-8")

    def _connected(self, control: Address) -> socket.socket:
        pause = threading.Event()
        for _ in range(int(PATIENCE / 0.05)):
            try:
                return socket.create_connection(control, timeout=PATIENCE)
            except OSError:
                if not self._program.is_running:
                    break
                pause.wait(0.05)
        raise NoAnswer(f"baresip did not start:\n{self.log[-2000:]}")

    def _read(self) -> None:
        """On a thread: take in what it reports until its connection closes."""
        self._socket.settimeout(None)
        rest = b""
        try:
            while data := self._socket.recv(65_536):
                messages, rest = netstring.read(rest + data)
                for message in messages:
                    self._take(json.loads(message))
        except (OSError, ValueError, LabkitError):
            return  # it has ended, or is being ended

    def _take(self, message: object) -> None:
        if not isinstance(message, dict):
            return
        with self._changed:
            if message.get("response"):
                self._replies[str(message.get("token"))] = message
            else:
                self._events.append(message)
            self._changed.notify_all()

    def _until(self, true: Callable[[], bool], timeout: float, why: str) -> None:
        """Wait; looked at every now and then too, since files do not report."""
        tick = 0.05
        with self._changed:
            for _ in range(int(timeout / tick)):
                if self._changed.wait_for(true, tick):
                    return
        raise NoAnswer(f"{self.name}'s baresip: {why} within {timeout:g} s")


def _free_port(host: str) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _age(path: Path) -> float:
    return path.stat().st_mtime
