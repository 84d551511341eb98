"""The least that a thing can cost: bare programs that the desk is measured against."""
