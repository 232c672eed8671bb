"""The devices round the box. Nothing here knows the shop: devices tell what happened and do what they are told."""
