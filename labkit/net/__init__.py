"""The only sockets, threads and clocks of the kit: each file runs what a plane decided.

| for                | begin with          | and then                                  |
|--------------------|---------------------|-------------------------------------------|
| the registry       | `registry`          | `registry_server`, `_client`, `sip_door`  |
| calls              | `sip`, `endpoint`   | `sip_tcp`; `dialect_calls` in a dialect   |
| sound and pictures | `media`             | `media_line`, `rtp_socket`                |
| a bad network      | `link`, `call_link` | `link_udp`, `link_tcp`, `delay_probe`     |
| a page             | `shortcut`          | `shortcut_door`, `shortcut_message`       |
| all of them        | `loop`, `clock`     | `addresses`, `discovery`                  |

Notebook: 01-registry.
"""
