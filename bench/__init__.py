"""The figures: how fast and how small, as ratios against bare stacks measured in the same run."""
