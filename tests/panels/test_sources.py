"""Sources by name, never by path; quality by sliders (C8, C9)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from labkit import LocalError
from labkit.devices import NoCamera, TestCard, VideoFile
from labkit.panels import sources
from labkit.panels.quality_view import AS_IT_COMES, BIT_RATES, changed, quality_view
from labkit.phone import PICTURE_QUALITIES, PictureQuality


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    films = tmp_path / "films"
    films.mkdir()
    for name in ("b.mp4", "A.WEBM", "talk.wav", "notes.txt"):
        (films / name).write_bytes(b"-")
    (films / "deeper.mp4").mkdir()
    (tmp_path / "secret.mp4").write_bytes(b"-")
    (films / "link.mp4").symlink_to(tmp_path / "secret.mp4")
    return films


def names(folder: Path | None, kind: str) -> list[str]:
    return [source.name for source in sources.offered(folder)[kind]]


def test_films_and_sounds_of_the_folder_are_offered_and_nothing_else(
    folder: Path,
) -> None:
    films = [name for name in names(folder, "camera") if name.startswith("file:")]
    assert films == ["file:A.WEBM", "file:b.mp4"]
    sounds = [name for name in names(folder, "microphone") if name.startswith("file:")]
    assert sounds == ["file:A.WEBM", "file:b.mp4", "file:talk.wav"]


def test_without_a_folder_or_with_one_that_is_gone_there_are_no_files(
    tmp_path: Path,
) -> None:
    assert not any(name.startswith("file:") for name in names(None, "camera"))
    assert not any(name.startswith("file:") for name in names(tmp_path / "x", "camera"))


def test_a_folder_of_too_many_files_is_cut(tmp_path: Path) -> None:
    for number in range(sources.MOST_FILES + 5):
        (tmp_path / f"{number}.mp4").write_bytes(b"-")
    (tmp_path / f"{'x' * 200}.mp4").write_bytes(b"-")
    assert len(sources.files(tmp_path, sources.FILMS)) == sources.MOST_FILES


def test_a_name_off_the_list_becomes_a_path_in_the_folder(folder: Path) -> None:
    choices = sources.offered(folder)
    assert sources.spec("camera", "test", choices, folder) == "test"
    found = sources.spec("camera", "file:b.mp4", choices, folder)
    assert found == f"file:{folder / 'b.mp4'}"


@pytest.mark.parametrize(
    "name",
    [
        "file:../secret.mp4", "file:link.mp4", "file:/etc/passwd", "file:notes.txt",
        "/etc/passwd", "file:", "camera:9", "rtsp://somewhere/", "", None, 5, ["test"],
        "test\0", "file:b.mp4/../../secret.mp4",
    ],
)  # fmt: skip
def test_what_is_not_on_the_list_is_refused(folder: Path, name: Any) -> None:
    with pytest.raises(LocalError, match="not on the list"):
        sources.spec("camera", name, sources.offered(folder), folder)


def test_a_file_that_became_a_link_since_it_was_listed_is_refused(
    folder: Path,
) -> None:
    choices = sources.offered(folder)
    (folder / "b.mp4").unlink()
    (folder / "b.mp4").symlink_to(folder.parent / "secret.mp4")
    with pytest.raises(LocalError, match="not on the list"):
        sources.spec("camera", "file:b.mp4", choices, folder)


def test_a_device_is_found_on_the_list_or_is_one_of_its_own(folder: Path) -> None:
    choices = sources.offered(folder, [("camera:0", "webcam")])
    assert sources.name_of(TestCard(label="alice"), "camera", choices) == "test"
    assert sources.name_of(NoCamera(), "camera", choices) == "none"
    film = VideoFile.__new__(VideoFile)
    film.name = "b.mp4"
    assert sources.name_of(film, "camera", choices) == "file:b.mp4"
    film.name = "elsewhere.mp4"
    assert sources.name_of(film, "camera", choices) == ""


# --- quality ---


def test_sliders_show_what_is_and_what_is_left_as_it_comes() -> None:
    view = quality_view(PICTURE_QUALITIES["low"], PICTURE_QUALITIES, "JPEG")
    assert view["values"] == {
        "preset": "low", "size": "320x240", "fps": 15, "quality": 30, "bit_rate": 2,
    }  # fmt: skip
    assert view["enabled"] == {"quality": True, "bit_rate": False}
    loose = quality_view(PictureQuality(), PICTURE_QUALITIES, "VP8")
    assert loose["values"]["size"] == loose["values"]["preset"] == AS_IT_COMES
    assert loose["texts"]["fps"] == "as it comes"
    assert loose["enabled"] == {"quality": False, "bit_rate": True}
    odd = quality_view(PictureQuality(fps=7), PICTURE_QUALITIES)
    assert odd["values"]["preset"] == "own"


def test_wishes_change_one_thing_each_a_preset_all_of_them() -> None:
    quality, errors = changed(PictureQuality(), PICTURE_QUALITIES, {"preset": "low"})
    assert (quality, errors) == (PICTURE_QUALITIES["low"], {})
    wanted = {"size": "160x120", "fps": 5, "quality": 40.0, "bit_rate": 3}
    quality, errors = changed(quality, PICTURE_QUALITIES, wanted)
    assert quality == PictureQuality(160, 120, 5.0, 40, 1000 * BIT_RATES[3])
    quality, errors = changed(quality, PICTURE_QUALITIES, {"size": AS_IT_COMES})
    assert (quality.width, quality.height, errors) == (None, None, {})


@pytest.mark.parametrize("key", ["preset", "size", "fps", "quality", "bit_rate"])
@pytest.mark.parametrize(
    "value",
    [None, True, -1, 10**400, 1e308, float("nan"), "", "99999x99999", "1x", [], {}],
)
def test_a_wish_that_cannot_be_is_said_in_words_and_changes_nothing(
    key: str, value: Any
) -> None:
    before = PICTURE_QUALITIES["medium"]
    quality, errors = changed(before, PICTURE_QUALITIES, {key: value})
    assert quality == before
    assert errors.keys() == {key}
    assert errors[key]
