"""What happens next: transactions, dialogs, calls; time is an input.

Begin with `states`, the table of a call, and `agent`, one phone's whole signalling. A
call (`call`) is a `caller` or a `callee` until it is up, then a `conversation`; under
it are `dialog`, `session` with its `offer_answer`, and `transactions`. `registrar` is
the other side: a SIP door to a registry. Notebook: 02-signalling.
"""
