"""What pages ask of workers: kinds of jobs, and the workers that do them.

Its door names modules, for what can be asked for is a language. Enter at `kinds`: a file is a kind,
with what is asked for and how it is done; a page submits `kind.Request(…).to_json()` as a
`kind.KIND`. `workers` says who does what, `place` where a band goes, `takes` where the sound and
picture of a job's takes lie; `train` with its `controls` and `reading` are the kinds that have
workers of their own.
"""

__all__ = ["controls", "kinds", "place", "reading", "takes", "train", "workers"]
