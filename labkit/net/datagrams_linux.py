"""Linux's `sendmmsg` and `recvmmsg`: a batch of datagrams in one call.

They never wait here (MSG_DONTWAIT) and take some twenty microseconds, less than it
takes to hand Python's lock over: `ctypes.PyDLL` keeps it, `ctypes.CDLL` would not. Each
datagram still travels by itself, as any capture shows. What the calls want is an array
of

    mmsghdr   header   name → an address (16 octets: family, port, host, zeros)
                       vectors → an iovec: where the content is, and its length
              length   how many octets were received

all of which stay in place from batch to batch. Notebook: 03-media.
"""

from __future__ import annotations

import ctypes
import socket
import struct
import threading

import numpy as np

from labkit.effects import Address
from labkit.net.datagrams import Datagrams

SLOTS = 32
SLOT = 9_280
"""Octets: the longest datagram of any Ethernet, and no power of two, for the slots of a
batch would compete for the same lines of the processor's cache. What is longer comes by
the call that waits, or is dropped: no RTP is."""
_ADDRESS = 16
_TRUNCATED = int(socket.MSG_TRUNC)
"""As a plain number: what is done for each datagram must not go through an enum."""
_FAMILY = struct.pack("=H", socket.AF_INET)
_c_library = ctypes.PyDLL(None)


class _Vector(ctypes.Structure):
    """`struct iovec`."""

    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


class _Header(ctypes.Structure):
    """`struct msghdr`."""

    _fields_ = (
        ("name", ctypes.c_void_p),
        ("name_length", ctypes.c_uint32),
        ("vectors", ctypes.c_void_p),
        ("vector_count", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_length", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    )


class _Message(ctypes.Structure):
    """`struct mmsghdr`."""

    _fields_ = (("header", _Header), ("length", ctypes.c_uint))


_WORDS = ctypes.sizeof(_Message) // 4


class _Batch:
    """Room for so many datagrams with their addresses."""

    def __init__(self) -> None:
        # numpy.empty takes no memory before it is written to.
        contents = np.empty(SLOTS * SLOT, np.uint8)
        addresses = np.zeros(SLOTS * _ADDRESS, np.uint8)
        self.contents, self.addresses = contents.data, addresses.data
        self.vectors = (_Vector * SLOTS)()
        self.messages = (_Message * SLOTS)()
        words = memoryview(self.messages).cast("B").cast("I")
        self.flags = words[_Header.flags.offset // 4 :: _WORDS]
        self.lengths = words[_Message.length.offset // 4 :: _WORDS]
        """Of each message, read where the system wrote them."""
        for slot, (vector, message) in enumerate(
            zip(self.vectors, self.messages, strict=True)
        ):
            vector.base = contents.ctypes.data + slot * SLOT
            vector.length = SLOT
            header = message.header
            header.name = addresses.ctypes.data + slot * _ADDRESS
            header.name_length = _ADDRESS
            header.vectors = ctypes.addressof(vector)
            header.vector_count = 1


class LinuxDatagrams(Datagrams):
    """Batches on an IPv4 socket; several threads may send while another receives."""

    def __init__(self, opened: socket.socket) -> None:
        super().__init__(opened)
        self._outgoing, self._incoming = _Batch(), _Batch()
        self._filling = threading.Lock()
        """Guards what is outgoing: a device sends, and whoever repairs or is late."""

    def send(self, packets: list[bytes], to: Address) -> None:
        """Send each packet; OSError when the system refuses one.

        What finds no room in the system's buffer waits for it, one by one.
        """
        for first in range(0, len(packets), SLOTS):
            some = packets[first : first + SLOTS]
            with self._filling:
                sent = self._send_at_once(some, _packed(to))
            super().send(some[max(sent, 0) :], to)

    def _send_at_once(self, packets: list[bytes], address: bytes) -> int:
        batch = self._outgoing
        for slot, packet in enumerate(packets):
            start = slot * SLOT
            if len(packet) > SLOT:
                return 0
            batch.contents[start : start + len(packet)] = packet
            batch.vectors[slot].length = len(packet)
        batch.addresses[: len(packets) * _ADDRESS] = address * len(packets)
        return int(
            _c_library.sendmmsg(
                self.socket.fileno(), batch.messages, len(packets), socket.MSG_DONTWAIT
            )
        )

    def _more(self) -> list[tuple[bytes, Address]]:
        batch = self._incoming
        count = _c_library.recvmmsg(
            self.socket.fileno(), batch.messages, SLOTS, socket.MSG_DONTWAIT, None
        )
        if count <= 0:  # -1: nothing more, or an error, told to who waits
            return []
        contents, addresses = batch.contents, batch.addresses
        known: dict[bytes, Address] = {}
        received = []
        lengths, flags = batch.lengths[:count].tolist(), batch.flags[:count].tolist()
        for slot, (length, flag) in enumerate(zip(lengths, flags, strict=True)):
            if flag & _TRUNCATED:
                continue
            where = bytes(addresses[slot * _ADDRESS : (slot + 1) * _ADDRESS])
            source = known.get(where)
            if source is None:
                source = known[where] = _unpacked(where)
            start = slot * SLOT
            received.append((bytes(contents[start : start + length]), source))
        return received


def _packed(address: Address) -> bytes:
    host = socket.inet_aton(address.host)
    return (_FAMILY + address.port.to_bytes(2, "big") + host).ljust(_ADDRESS, b"\0")


def _unpacked(raw: bytes) -> Address:
    return Address(socket.inet_ntoa(raw[4:8]), int.from_bytes(raw[2:4], "big"))
