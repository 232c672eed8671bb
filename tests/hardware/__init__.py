"""The devices: read from fixtures, driven on emulators, and checked against programs that others wrote."""
