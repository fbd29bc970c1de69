"""Sound put in order; one page of several has the devices."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from labkit.devices.browser.order import MOST_WAITING, ByNumber
from labkit.devices.browser.owner import MOST_PAGES, Owner


def put(order: ByNumber[int], *numbers: int) -> list[int]:
    return [item for number in numbers for item in order.add(number, number)]


def test_what_comes_in_order_goes_on_at_once() -> None:
    assert put(ByNumber(), 5, 6, 7) == [5, 6, 7]


def test_two_that_changed_places_are_put_right() -> None:
    assert put(ByNumber(), 1, 3, 2, 4) == [1, 2, 3, 4]


def test_a_missing_one_is_not_waited_for_long() -> None:
    order: ByNumber[int] = ByNumber()
    assert put(order, 1, 3, 4) == [1]
    assert put(order, 5) == [3, 4, 5]
    assert put(order, 2, 6) == [6]


def test_nothing_comes_twice() -> None:
    assert put(ByNumber(), 1, 1, 3, 3, 2, 2) == [1, 2, 3]


@given(st.lists(st.integers(1, 40)))
def test_always_rising_and_never_many_waiting(numbers: list[int]) -> None:
    order: ByNumber[int] = ByNumber()
    given_on = put(order, *numbers)
    assert given_on == sorted(set(given_on))
    assert len(order._waiting) < MOST_WAITING


def test_the_first_page_has_the_devices() -> None:
    owner = Owner()
    owner.heard("a", 0)
    owner.heard("b", 0)
    assert owner.page == "a"


def test_another_takes_them_when_the_person_says_so() -> None:
    owner = Owner()
    owner.heard("a", 0)
    owner.heard("b", 0)
    owner.claim("b")
    for ping in range(1, 10):
        owner.heard("a", ping)
        owner.heard("b", ping)
    assert owner.page == "b"


def test_a_page_that_said_goodbye_is_followed_by_the_other() -> None:
    owner = Owner()
    owner.heard("a", 1)
    owner.heard("b", 1)
    owner.gone("a")
    assert owner.page == "b"
    owner.gone("b")
    assert owner.page == ""


def test_a_page_that_vanished_loses_them_to_one_that_answers() -> None:
    owner = Owner()
    owner.heard("a", 1)
    for ping in range(1, 5):
        owner.heard("b", ping)
        assert owner.page == "a"
    owner.heard("b", 5)
    assert owner.page == "b"


def test_a_busy_kernel_that_hears_all_of_them_late_robs_nobody() -> None:
    owner = Owner()
    owner.heard("a", 1)
    owner.heard("b", 1)
    for ping in range(2, 30):  # they waited in the order in which they were sent
        owner.heard("b", ping)
        owner.heard("a", ping)
        assert owner.page == "a"


def test_a_page_that_was_loaded_again_has_them_at_its_first_answer() -> None:
    owner = Owner()
    owner.heard("a", 100)
    owner.heard("c", 0)
    owner.heard("c", 104)
    assert owner.page == "c"


@given(st.lists(st.tuples(st.sampled_from("hcg"), st.integers(0, 99))))
def test_the_owner_is_one_of_a_bounded_number_of_pages(
    said: list[tuple[str, int]],
) -> None:
    owner = Owner()
    for what, page in said:
        name = f"p{page}"
        match what:
            case "h":
                owner.heard(name, 1)
            case "c":
                owner.claim(name)
            case "g":
                owner.gone(name)
        assert owner.page in (*owner.pages, "")
        assert bool(owner.page) == bool(owner.pages)
        assert len(owner.pages) <= MOST_PAGES
