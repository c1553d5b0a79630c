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


def with_http_client(url):
    parts = urllib.parse.urlsplit(url)
    if not hasattr(local, "connection"):
        if parts.scheme == "https":
            tls = ssl.create_default_context(cafile=cacert[0])
            local.connection = http.client.HTTPSConnection(parts.netloc, context=tls)
        else:
            local.connection = http.client.HTTPConnection(parts.netloc)
    local.connection.request("GET", f"{parts.path}?{parts.query}".rstrip("?"))
    answer = local.connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise OSError(f"{url}: {answer.status}")
    return body


def fetch(url):
    name = urllib.parse.urlsplit(url).path.rpartition("/")[2]
    body = (with_requests if library == "requests" else with_http_client)(url)
    with open(os.path.join(out, name), "wb") as file:
        file.write(body)


with open(url_list) as lines, ThreadPoolExecutor(int(threads)) as pool:
    for _ in pool.map(fetch, (line.strip() for line in lines)):
        pass
