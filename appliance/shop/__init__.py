"""The business: one folder per trade, each readable alone."""

ROOMS = [
    "settings",
    "staff",
    "allowances",
    "catalog",
    "customers",
    "inventory",
    "accounts",
    "orders",
    "shipping",
    "marketplace",
    "office",
    "branches",
    "assistant",
]
"""Build order, and the law of who may lean on whom: a room imports only the shopfronts of rooms above it."""
