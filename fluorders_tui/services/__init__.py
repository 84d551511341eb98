"""Use cases, one transaction each: the only way in for screens and shell."""
