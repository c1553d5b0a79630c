"""A contender: the downloader that people write in Python, a pool of threads, each with a
connection that it keeps.

    pool.py requests|http.client THREADS LIST DIRECTORY [CACERT]
"""

import http.client
import os
import ssl
import sys
import threading
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

library, threads, url_list, out, *cacert = sys.argv[1:]
local = threading.local()


def with_requests(url):
    import requests

    if not hasattr(local, "session"):
        local.session = requests.Session()
        local.session.trust_env = False
        local.session.verify = cacert[0] if cacert else True
    answer = local.session.get(url)
    answer.raise_for_status()
    return answer.content


def connection_to(scheme, host):
    """The one that this thread has, unless it leads to another host."""
    if getattr(local, "host", None) != host:
        if hasattr(local, "host"):
            local.connection.close()
        if scheme == "https":
            tls = ssl.create_default_context(cafile=cacert[0] if cacert else None)
            local.connection = http.client.HTTPSConnection(host, context=tls)
        else:
            local.connection = http.client.HTTPConnection(host)
        local.host = host
    return local.connection


def with_http_client(url):
    parts = urllib.parse.urlsplit(url)
    connection = connection_to(parts.scheme, parts.netloc)
    connection.request("GET", f"{parts.path}?{parts.query}".rstrip("?"))
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise OSError(f"{url}: {answer.status}")
    return body


def fetch(url):
    """Whether it worked. (What requests raises is an OSError, too.)"""
    name = urllib.parse.urlsplit(url).path.rpartition("/")[2]
    try:
        body = (with_requests if library == "requests" else with_http_client)(url)
        with open(os.path.join(out, name), "wb") as file:
            file.write(body)
        return True
    except (OSError, http.client.HTTPException) as error:
        print(f"{url}: {error!r}", file=sys.stderr)
        return False


with open(url_list) as lines, ThreadPoolExecutor(int(threads)) as pool:
    done = list(pool.map(fetch, (line.strip() for line in lines)))
sys.exit(not all(done))
