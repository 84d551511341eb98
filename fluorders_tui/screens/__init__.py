"""What people see: one file and one stylesheet a screen; no SQL, no rule of the trade."""
