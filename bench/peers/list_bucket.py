"""List a bucket, page by page, and throw the listing away: what the server needs for that.

    list_bucket.py ENDPOINT BUCKET

No credentials: for servers that let anybody in. Prints how many keys there are.
"""

import http.client
import re
import sys
import urllib.parse


def pages(endpoint, bucket):
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(endpoint).netloc)
    query = {"list-type": "2", "encoding-type": "url", "prefix": ""}
    more = True
    while more:
        connection.request("GET", f"/{bucket}/?{urllib.parse.urlencode(query)}")
        answer = connection.getresponse()
        page = answer.read()
        if answer.status != 200:
            sys.exit(f"list_bucket: {answer.status} {answer.reason}")
        yield page
        more = re.search(rb"<NextContinuationToken>([^<]+)", page)
        if more:
            query["continuation-token"] = more.group(1).decode()


def main():
    endpoint, bucket = sys.argv[1:]
    print(sum(page.count(b"<Key>") for page in pages(endpoint, bucket)), "keys")


if __name__ == "__main__":
    main()
