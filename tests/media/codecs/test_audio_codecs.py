"""Opus and G.711: what is heard is what was said, and how late."""

from __future__ import annotations

import av
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.errors import LocalError, RemoteError
from labkit.frames import EncodedFrame, Sound
from labkit.media import codecs
from labkit.media.codecs.framer import Framer
from labkit.media.codecs.opus import OpusEncoder
from labkit.media.formats import FORMATS

Samples = npt.NDArray[np.int16]


def spoken(samples: Samples, rate: int, milliseconds: int = 20) -> list[Sound]:
    """The samples as a microphone delivers them, beginning at second 100."""
    step = rate * milliseconds // 1000
    return [
        Sound(samples[start : start + step], rate, 100 + start / rate)
        for start in range(0, len(samples), step)
    ]


def sent(name: str, sounds: list[Sound]) -> list[EncodedFrame]:
    encoder = codecs.new_audio_encoder(name)
    return [frame for sound in sounds for frame in encoder.encode(sound)]


def heard(name: str, frames: list[EncodedFrame]) -> Samples:
    decoder = codecs.new_audio_decoder(name)
    return np.concatenate([decoder.decode(frame.data) for frame in frames])


def delay_and_snr(said: Samples, heard: Samples) -> tuple[int, float]:
    """How many samples `heard` is behind, and its signal-to-noise ratio in dB then."""
    middle = slice(len(said) // 4, len(said) // 2)
    reference = said[middle].astype(float)

    def shifted(delay: int) -> npt.NDArray[np.float64]:
        return heard[middle.start + delay : middle.stop + delay].astype(float)

    delay = max(range(500), key=lambda delay: float(reference @ shifted(delay)))
    noise = reference - shifted(delay)
    return delay, 10 * np.log10(float(reference @ reference) / float(noise @ noise))


def test_opus_is_two_and_a_half_milliseconds_late_and_clear(voice: Samples):
    frames = sent("opus", spoken(voice, 48_000))
    assert len(frames) == 100
    delay, snr = delay_and_snr(voice, heard("opus", frames))
    assert delay == 120  # samples at 48 kHz: 2.5 ms (RFC 6716 section 2.1.3)
    assert snr > 15


@pytest.mark.parametrize("name", ["PCMU", "PCMA"])
def test_g711_is_never_late_and_as_clear_as_a_telephone(name: str, voice: Samples):
    narrow = voice[::6].copy()
    frames = sent(name, spoken(narrow, 8_000))
    assert {len(frame.data) for frame in frames} == {160}
    delay, snr = delay_and_snr(narrow, heard(name, frames))
    assert delay == 0
    assert snr > 35


@pytest.mark.parametrize("name", ["opus", "PCMU", "PCMA"])
@pytest.mark.parametrize("milliseconds", [5, 20, 30, 50])
def test_frames_bear_the_time_of_their_first_sample(
    name: str, milliseconds: int, voice: Samples
):
    rate = FORMATS[name].sample_rate
    frames = sent(name, spoken(voice[:rate], rate, milliseconds))
    times = [frame.captured for frame in frames]
    assert times == pytest.approx([100 + 0.02 * n for n in range(len(frames))])


def test_a_microphone_that_runs_slow_takes_the_times_with_it():
    framer = Framer(8_000)
    sounds = [
        Sound(np.zeros(100, np.int16), 8_000, captured)
        for captured in (0.0, 0.013, 0.026, 0.039)
    ]
    times = [frame.captured for sound in sounds for frame in framer.cut(sound)]
    assert times == pytest.approx([0.013 - 100 / 8000, 0.039 - 140 / 8000])


@pytest.mark.parametrize("name", ["opus", "PCMU", "PCMA"])
@pytest.mark.parametrize(
    ("samples", "rate"),
    [
        (np.zeros(960, np.int16), 44_100),
        (np.zeros((960, 2), np.int16), 0),
        (np.zeros(960, np.float32), 0),
    ],
)
def test_sound_of_another_kind_is_refused(name: str, samples: Samples, rate: int):
    sound = Sound(samples, rate or FORMATS[name].sample_rate, 0.0)
    with pytest.raises(LocalError, match="takes mono int16 sound"):
        codecs.new_audio_encoder(name).encode(sound)


def test_all_65536_samples_survive_g711_as_well_as_with_libav():
    samples = np.arange(-32_768, 32_768).astype(np.int16)
    for name, libav in (("PCMU", "pcm_mulaw"), ("PCMA", "pcm_alaw")):
        codes = bytes(range(256))
        decoder = av.CodecContext.create(libav, "r")
        decoder.sample_rate, decoder.layout = 8_000, "mono"
        (frame,) = decoder.decode(av.Packet(codes))
        levels = codecs.new_audio_decoder(name).decode(codes)
        assert np.array_equal(levels, frame.to_ndarray().ravel())
        padded = np.append(samples, np.zeros(64, np.int16))  # to whole frames
        (sound,) = spoken(padded, 8_000, 1000 * len(padded) // 8_000)
        coded = b"".join(frame.data for frame in sent(name, [sound]))[: 1 << 16]
        values = levels[np.frombuffer(coded, np.uint8)].astype(int)
        errors = np.abs(values - samples)
        for level in levels:  # none of the other 255 would have come nearer
            assert np.all(errors <= np.abs(int(level) - samples.astype(int)))


def test_silence_is_coded_as_the_phones_code_it():
    silence = Sound(np.zeros(160, np.int16), 8_000, 0.0)
    assert sent("PCMU", [silence])[0].data == b"\xff" * 160
    assert sent("PCMA", [silence])[0].data == b"\xd5" * 160


@pytest.mark.parametrize("milliseconds", [2.5, 5, 10, 20, 40, 60])
@pytest.mark.parametrize("layout", ["mono", "stereo"])
def test_opus_of_any_length_and_of_two_channels_is_heard(
    milliseconds: float, layout: str, voice: Samples
):
    size = int(48 * milliseconds)
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 48_000, layout, "s16"
    encoder.options = {"frame_duration": str(milliseconds)}
    channels = 1 if layout == "mono" else 2
    samples = np.repeat(voice[: 2 * size], channels)[np.newaxis]
    frame = av.AudioFrame.from_ndarray(samples, "s16", layout)
    frame.sample_rate = 48_000
    decoder = codecs.new_audio_decoder("opus")
    for packet in encoder.encode(frame):
        sound = decoder.decode(bytes(packet))
        assert sound.shape == (size,)
        assert sound.dtype == np.int16


def test_opus_packets_of_up_to_120_ms_are_heard_and_longer_ones_refused(voice: Samples):
    (frame,) = OpusEncoder().encode(Sound(voice[:960], 48_000, 0.0))
    decoder = codecs.new_audio_decoder("opus")
    assert decoder.decode(_repeated(frame.data, 6)).shape == (5_760,)
    with pytest.raises(RemoteError, match="broken Opus packet"):
        decoder.decode(_repeated(frame.data, 7))


def _repeated(packet: bytes, times: int) -> bytes:
    """One Opus packet with the frame of `packet` in it several times: code 3, VBR
    (RFC 6716 section 3.2.5)."""
    frame = packet[1:]
    size = bytes([len(frame)])
    if len(frame) >= 252:
        low = 252 + len(frame) % 4
        size = bytes([low, (len(frame) - low) // 4])
    return bytes([packet[0] | 3, 0x80 | times]) + size * (times - 1) + frame * times


def test_a_decoder_goes_on_after_an_empty_packet(voice: Samples):
    (frame,) = OpusEncoder().encode(Sound(voice[:960], 48_000, 0.0))
    decoder = codecs.new_audio_decoder("opus")
    with pytest.raises(RemoteError, match="at least one byte"):
        decoder.decode(b"")
    assert decoder.decode(frame.data).shape == (960,)


@pytest.mark.parametrize("name", ["PCMU", "PCMA"])
@pytest.mark.parametrize("size", [0, 1601, 60_000])
def test_a_g711_packet_of_an_unreasonable_length_is_refused(name: str, size: int):
    with pytest.raises(RemoteError, match=f"1 to 1600 bytes, got {size}"):
        codecs.new_audio_decoder(name).decode(bytes(size))


@given(st.lists(st.binary(max_size=200), max_size=5))
def test_any_bytes_are_sound_or_a_clean_error(packets: list[bytes]):
    for name in ("opus", "PCMU", "PCMA"):
        decoder = codecs.new_audio_decoder(name)
        for packet in packets:
            try:
                samples = decoder.decode(packet)
            except RemoteError:
                continue
            assert samples.dtype == np.int16
            assert 0 < len(samples) <= FORMATS[name].sample_rate * 120 // 1000


def test_names_are_looked_up_and_unknown_ones_refused():
    for make in (
        codecs.new_audio_encoder, codecs.new_audio_decoder,
        codecs.new_video_encoder, codecs.new_video_decoder,
    ):  # fmt: skip
        with pytest.raises(LocalError, match="'AV1'; there are"):
            make("AV1")


@pytest.mark.parametrize("bit_rate", [0, 600_000])
def test_an_opus_bit_rate_out_of_bounds_is_refused(bit_rate: int):
    with pytest.raises(LocalError, match=f"not {bit_rate}"):
        OpusEncoder(bit_rate)
