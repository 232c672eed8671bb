"""The office: calls, notes, tasks, and where to find things."""
