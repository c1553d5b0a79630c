"""A contender: requests on gevent's green threads, as many as there may be transfers.

    gevent_get.py JOBS LIST DIRECTORY [CACERT]
"""

from gevent import monkey

monkey.patch_all()

# Only what is imported after the patch waits in gevent's way.
import os  # noqa: E402
import sys  # noqa: E402
import urllib.parse  # noqa: E402

import gevent.pool  # noqa: E402
import requests  # noqa: E402
from requests.adapters import HTTPAdapter  # noqa: E402

jobs, url_list, out, *cacert = sys.argv[1:]
session = requests.Session()
session.trust_env = False
session.verify = cacert[0] if cacert else True
for scheme in ("http://", "https://"):
    session.mount(scheme, HTTPAdapter(pool_connections=int(jobs), pool_maxsize=int(jobs)))


def fetch(url):
    """Whether it worked."""
    name = urllib.parse.urlsplit(url).path.rpartition("/")[2]
    try:
        with session.get(url, stream=True) as answer:
            answer.raise_for_status()
            with open(os.path.join(out, name), "wb") as file:
                for block in answer.iter_content(1 << 16):
                    file.write(block)
        return True
    except (requests.RequestException, OSError) as error:
        print(f"{url}: {error!r}", file=sys.stderr)
        return False


with open(url_list) as lines:
    pool = gevent.pool.Pool(int(jobs))
    done = list(pool.imap_unordered(fetch, (line.strip() for line in lines)))
sys.exit(not all(done))
