"""A shop to play with: 小满茶铺, made by lot but always the same, through the rooms' own actions."""

from appliance.demo.making import open_demo

__all__ = ["open_demo"]
