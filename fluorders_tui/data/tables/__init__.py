"""The tables, one file a subject; `everything` has them all."""
