"""What the worker that composes can be asked for, a file a kind of job.

Each has `KIND`, its name in the store; `Request`, what a page asks for and the job's payload is;
and `run(request, context, tools)`, which does it and returns the job's result. A new kind is a new
file here: it is found by walking this folder.
"""
