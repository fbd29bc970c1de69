"""What the registry does next: table, rules, and the machine that joins them.

Notebook: 01-registry.
"""

from labkit.registry.machine.events import (
    ConnectionRefused,
    RegistrationRefused,
    RegistryEffect,
    RegistryEvent,
    UserLeft,
    UserLost,
    UserRegistered,
)
from labkit.registry.machine.policies import RULES, Limits, Policy
from labkit.registry.machine.registry import RegistryMachine
from labkit.registry.machine.table import TRANSITIONS, LeaseState

__all__ = [
    "RULES",
    "TRANSITIONS",
    "ConnectionRefused",
    "LeaseState",
    "Limits",
    "Policy",
    "RegistrationRefused",
    "RegistryEffect",
    "RegistryEvent",
    "RegistryMachine",
    "UserLeft",
    "UserLost",
    "UserRegistered",
]
