"""Who is where: the registry of users, without a socket in sight.

| what is said      | how it is written | what happens next |
|-------------------|-------------------|-------------------|
| `messages.py`     | `wire/`           | `machine/`        |

`labkit.net.registry` puts the machine on real sockets. Requirements A1–A9, B1–B10.

Notebook: 01-registry.
"""
