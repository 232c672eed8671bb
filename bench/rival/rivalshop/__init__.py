"""The data of the other side: an application of Morango's with one kind of record."""
