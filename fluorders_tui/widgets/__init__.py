"""What screens are built from: they show and ask, and know no rule of the trade."""
