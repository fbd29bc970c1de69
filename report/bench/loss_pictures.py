"""A face over a bad network, on virtual time: does it freeze, and how does it look?

The carphone sequence at 320×240, 30 pictures a second, JPEG of quality 50, each packet
decodable alone, old pixels kept where one is missing, no redundancy; RTT 20 ms. SSIM
compares each picture that was shown with the very one that was filmed, so JPEG's own
loss is in it (`video_ssim_0` is that alone).
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence

import common
import cv2
from loss_quality import Missing, clip, ssim

from labkit.link import Conditions
from labkit.media.treatments import Treatments
from labkit.simulation import simulate

SIZE = (320, 240)
FPS = 30.0
SECONDS = 10.0
DELAY = 0.010
LOSSES = (0.0, 0.10, 0.30)
TREATMENTS = Treatments(restart_intervals=True)
EVERY = 5
"""Of so many pictures one is compared: SSIM takes far longer than the call."""

TO_REACH = {
    "video_freezes_10": "≤ 0",
    "video_ssim_10": "≥ 0.9",
    "video_freezes_30": "≤ 0",
    "video_ssim_30": "≥ 0.85",
}


def watch(seed: int, loss: float, film: Sequence) -> dict[str, float]:
    """A call with this loss: freezes, pictures a second, and the mean SSIM at bob's."""
    call = simulate(
        SECONDS,
        Conditions(loss=loss, delay=DELAY),
        TREATMENTS,
        seed=seed,
        formats=("PCMU", "JPEG"),
        film=film,
        fps=FPS,
        watch=True,
    )
    pairs = call.pairs(call.bob)
    scores = [ssim(taken, shown) for taken, shown in pairs[::EVERY]]
    name = f"{loss * 100:.0f}"
    found = {
        f"video_freezes_{name}": float(
            call.bob.statistics().video.inbound.freezeCount
            if pairs
            else 1  # nothing at all was shown
        ),
        f"video_shown_fps_{name}": len(pairs) / SECONDS,
    }
    if scores:
        found[f"video_ssim_{name}"] = statistics.fmean(scores)
    return found


def measure(seeds: Sequence[int]) -> tuple[dict[str, list[float]], dict[str, str]]:
    """Each figure, seed by seed, and what could not be measured, and why."""
    measured: dict[str, list[float]] = {}
    try:
        film = [cv2.resize(p, SIZE, interpolation=cv2.INTER_CUBIC) for p in clip()]
        for seed in seeds:
            common.say(f"seed {seed}: a face under loss (simulated)")
            for loss in LOSSES:
                for key, value in watch(seed, loss, film).items():
                    measured.setdefault(key, []).append(value)
    except Missing as why:
        return measured, {"pictures": str(why)}
    return measured, {}
