"""Jobs: work that outlives its request, enqueued in the transaction that makes it necessary.

A task takes ids only, is safe to run twice and has a retry strategy; domains declare theirs with :func:`task` in their
``jobs.py``, and a verb enqueues with :func:`enqueue`.
"""

from api.jobs.queue import JOB_MODULES, RETRY, app, enqueue, enqueue_named, task, worker_app

__all__ = ["JOB_MODULES", "RETRY", "app", "enqueue", "enqueue_named", "task", "worker_app"]
