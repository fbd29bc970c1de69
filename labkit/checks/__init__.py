"""Exercise checks, and the kit's own source to look at.

    from labkit.checks import check_read_found, show_source

A check takes the student's function, tells what it tried and where it failed first,
and returns a `CheckResult`. `frame.check` and `frame.Case` make a new one.
"""

from labkit.checks.capture_answers import check_capture
from labkit.checks.capture_questions import Questions, capture_questions
from labkit.checks.dialects import check_dialect
from labkit.checks.frame import Case, CheckResult, check
from labkit.checks.jitter_buffer import check_kurose_ross, check_smallest_delay
from labkit.checks.latency import check_clock_offset, check_stages
from labkit.checks.loss import (
    check_bring_back,
    check_choose,
    check_parity,
    check_read_red,
)
from labkit.checks.media import check_jitter, check_read_header
from labkit.checks.real_phones import check_digest_response
from labkit.checks.registry import check_cut_lines, check_read_found
from labkit.checks.signalling import check_media_ports, check_put_on_hold
from labkit.checks.source import SourceText, show_source
from labkit.checks.status import check_meaning
from labkit.checks.two_laptops import check_dead_ways, check_same_network
from labkit.checks.videocall import (
    check_percentile,
    check_post_dial_delay,
    check_retransmissions,
)

__all__ = [
    "Case",
    "CheckResult",
    "Questions",
    "SourceText",
    "capture_questions",
    "check",
    "check_bring_back",
    "check_capture",
    "check_choose",
    "check_clock_offset",
    "check_cut_lines",
    "check_dead_ways",
    "check_dialect",
    "check_digest_response",
    "check_jitter",
    "check_kurose_ross",
    "check_meaning",
    "check_media_ports",
    "check_parity",
    "check_percentile",
    "check_post_dial_delay",
    "check_put_on_hold",
    "check_read_found",
    "check_read_header",
    "check_read_red",
    "check_retransmissions",
    "check_same_network",
    "check_smallest_delay",
    "check_stages",
    "show_source",
]
