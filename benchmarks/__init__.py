"""What proves the speed: each figure beside its floor, measured in the same run (E-3.6)."""
