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

import socket
import struct
import tempfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from labkit.devices.base import Pixels, Samples
from labkit.effects import Address
from labkit.errors import NoAnswer
from labkit.foreign.baresip_control import PATIENCE, RemoteControl
from labkit.foreign.program import Program, where

TONE = 440
"""Hertz that it says."""
RATE, CHANNELS = 48_000, 2
WAV = struct.Struct("<22xHI")
"""Of a WAV file's header: channels, samples a second."""
WAV_HEADER = 44
PNG_END = b"IEND\xaeB`\x82"

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
        self._configure(control, registrar, account)
        self._program = Program(
            "baresip", "-f", str(self.folder), "-s", "-v", folder=self.folder
        )
        running = self._program
        try:
            self._control = RemoteControl(name, control, lambda: running.is_running)
        except NoAnswer as error:
            self._program.close()
            self._scratch.cleanup()
            raise NoAnswer(f"{error}:\n{self.log[-2000:]}") from None

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
        return self._control.wait_for(*kinds, timeout=timeout)

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

        self._control.until(came, timeout, "no picture came to it")
        return found[0]

    def command(self, name: str, parameters: str = "") -> str:
        """Have it do something; returns what it prints.

        Raises NoAnswer when it says nothing, or that it could not.
        """
        return self._control.command(name, parameters)

    def close(self) -> None:
        """End it. Safe to repeat."""
        self._program.close()
        self._control.close()
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


def _free_port(host: str) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _age(path: Path) -> float:
    return path.stat().st_mtime
