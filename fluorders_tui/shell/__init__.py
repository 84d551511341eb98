"""The shell commands, one file each with `register(parser)` and `run(args, settings) -> int`.

`register` describes the arguments and stays cheap; `run` imports what it needs, writes its result to standard output
and raises `DeskError` for everything a person should be told. `cli.COMMANDS` lists them.
"""
