"""`python -m bench.knock`: asks one address for some seconds by a few connections that stay open; prints milliseconds.

A program of its own, so that it does not wait for the server's processor time within one interpreter.
"""

import asyncio
import json
import os
import time

import httpx2

WARM_UP, LEAST = 1, 3


async def main() -> None:
    """Every connection asks again as soon as it has its answer."""
    url, cookie = os.environ["KNOCK_URL"], os.environ["KNOCK_COOKIE"]
    connections, seconds = int(os.environ["KNOCK_CONNECTIONS"]), float(os.environ["KNOCK_SECONDS"])
    spent: list[float] = []
    limits = httpx2.Limits(max_connections=connections, max_keepalive_connections=connections)
    headers = {"Cookie": cookie, "Accept-Encoding": "gzip"}
    async with httpx2.AsyncClient(limits=limits, headers=headers, timeout=30) as client:

        async def knock() -> tuple[int, int]:
            asked = size = 0
            until = time.perf_counter() + seconds
            while asked < WARM_UP + LEAST or time.perf_counter() < until:
                started = time.perf_counter()
                answer = await client.get(url)
                if answer.status_code != 200:
                    raise RuntimeError(f"{url} answered {answer.status_code}")
                asked, size = asked + 1, len(answer.content)
                if asked > WARM_UP:
                    spent.append((time.perf_counter() - started) * 1000)
            return asked, size

        answers = await asyncio.gather(*(knock() for _ in range(connections)))
    spent.sort()
    found = {"p50": spent[len(spent) // 2], "p95": spent[int(len(spent) * 0.95)]}
    asked, size = sum(asked for asked, _ in answers), max(size for _, size in answers)
    print(json.dumps({**found, "requests": asked, "bytes": size}))


if __name__ == "__main__":
    asyncio.run(main())
