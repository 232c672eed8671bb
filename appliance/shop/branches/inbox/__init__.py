"""The inbox: what two boxes did in contradiction, one sentence each, and how it is settled."""
