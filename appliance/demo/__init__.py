"""A shop to play with: 小满茶铺, made by lot but always the same."""
