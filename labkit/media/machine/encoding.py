"""The sending half before the packets: sound and pictures into frames of the agreed
format.

The format may change between any two of them, and with it the encoder. RFC 3264 leaves
that to each side: whoever sends chooses among what the other takes.

Notebook: 03-media.
"""

from __future__ import annotations

from labkit.frames import EncodedFrame, Picture, Sound
from labkit.media.codecs import AudioEncoder, new_audio_encoder, new_video_encoder
from labkit.media.codecs.h264 import H264Encoder
from labkit.media.codecs.jpeg import JpegEncoder
from labkit.media.codecs.vp8 import Vp8Encoder
from labkit.media.formats import MediaFormat
from labkit.media.machine.frame_rate import FrameRate
from labkit.media.machine.rate_rule import LADDER
from labkit.media.machine.resampler import Resampler

QUALITY = 50
"""Of JPEG, while nobody asks for another."""
BIT_RATE = 1_000_000
"""Of VP8 and H264, bits a second, while nobody asks for another."""
KEYFRAME_PACE = 0.200
"""Seconds between two keyframes on demand: they are large, and whoever asks with each
of his packets must not get ten times the octets."""


class SoundEncoding:
    """Stretches of sound at any rate → frames of 20 ms."""

    def __init__(self) -> None:
        self.bit_rate = LADDER[0].sound_bit_rate
        """Of Opus, bits a second."""
        self._encoder: AudioEncoder | None = None
        self._encodes = ("", 0)
        self._into_codec = Resampler()

    def encode(self, sound: Sound, media: MediaFormat) -> list[EncodedFrame]:
        """The frames that `sound` completes, in the format `media`."""
        wanted = media.name, self.bit_rate
        if self._encoder is None or self._encodes != wanted:
            self._encoder = new_audio_encoder(media.name, bit_rate=self.bit_rate)
            self._encodes = wanted
        return self._encoder.encode(self._into_codec.sound(sound, media.sample_rate))


class PictureEncoding:
    """Pictures → frames; the settings may change between any two pictures."""

    def __init__(self, quality: int = QUALITY, bit_rate: int = BIT_RATE) -> None:
        self.quality = quality
        """Of JPEG, 1 to 99."""
        self.bit_rate = bit_rate
        """Of VP8 and H264, bits a second; a change may cost a keyframe."""
        self.rung = LADDER[0]
        """What the network bears; below the top it limits all of these."""
        self.restart_intervals = False
        """JPEG: whether each packet can be shown without the others."""
        self.keyframe_wanted = True
        """Whether the next frame has to stand alone."""
        self.encodes = ""
        """The format of the last frame."""
        self._frame_rate = FrameRate()
        self._last_keyframe = -1.0
        self._encoder: JpegEncoder | Vp8Encoder | H264Encoder | None = None

    def encode(self, picture: Picture, media: MediaFormat) -> EncodedFrame | None:
        """The picture's frame in the format `media`; None: it is left out.

        Raises LocalError for a picture that the format cannot hold.
        """
        quality, bit_rate, pace = self._limits()
        if not self._frame_rate.takes(picture.captured, pace):
            return None
        encoder = self._encoder
        if encoder is None or self.encodes != media.name:
            encoder = self._encoder = new_video_encoder(
                media.name, quality=quality, bit_rate=bit_rate
            )
            self.encodes = media.name
        if isinstance(encoder, JpegEncoder):
            encoder.quality = quality
            encoder.restart_intervals = self.restart_intervals
        elif encoder.bit_rate != bit_rate:
            encoder.bit_rate = bit_rate
        return encoder.encode(picture, self._is_keyframe(picture))

    def _is_keyframe(self, picture: Picture) -> bool:
        if not self.keyframe_wanted:
            return False
        if 0 <= picture.captured - self._last_keyframe < KEYFRAME_PACE:
            return False  # a little later, then
        self.keyframe_wanted = False
        self._last_keyframe = picture.captured
        return True

    def _limits(self) -> tuple[int, int, int]:
        """Quality, bit rate, and pictures a second at most (0: all of them)."""
        rung = self.rung
        if rung is LADDER[0]:
            return self.quality, self.bit_rate, 0
        return (
            min(self.quality, rung.jpeg_quality),
            min(self.bit_rate, rung.video_bit_rate),
            rung.frames_per_second,
        )
