"""A contender: as many coroutines as there may be transfers, one aiohttp session.

    aiohttp_get.py JOBS LIST DIRECTORY [CACERT]
"""

import asyncio
import os
import ssl
import sys
import urllib.parse

import aiohttp

jobs, url_list, out, *cacert = sys.argv[1:]
failed = 0


async def fetch(session, url):
    name = urllib.parse.urlsplit(url).path.rpartition("/")[2]
    async with session.get(url) as answer:
        answer.raise_for_status()
        with open(os.path.join(out, name), "wb") as file:
            async for block in answer.content.iter_chunked(1 << 16):
                file.write(block)


async def work(session, urls):
    global failed
    for url in urls:
        try:
            await fetch(session, url)
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            print(f"{url}: {error!r}", file=sys.stderr)
            failed += 1


async def main():
    tls = ssl.create_default_context(cafile=cacert[0]) if cacert else None
    connector = aiohttp.TCPConnector(limit=int(jobs), ssl=tls)
    async with aiohttp.ClientSession(connector=connector) as session:
        with open(url_list) as lines:
            urls = (line.strip() for line in lines)
            await asyncio.gather(*(work(session, urls) for _ in range(int(jobs))))


asyncio.run(main())
sys.exit(failed > 0)
