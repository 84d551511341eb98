"""The trade itself: pure functions and frozen dataclasses, without screen, database or clock."""
