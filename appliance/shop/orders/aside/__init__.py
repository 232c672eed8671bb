"""What stands beside an order for some orders only."""
