"""The hub: the same log, kept in PostgreSQL by any number of processes. A box cannot tell it from another box."""
