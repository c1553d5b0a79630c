/* test_s3list.c - pages of listings as stores write them, and what is none. */
#include "input/s3list.h"

#include <stdlib.h>

#include "base/buf.h"
#include "tap.h"

#define NS "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\""
#define PAGE(body)                                                                     \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult " NS ">" body   \
	"</ListBucketResult>"
#define ENCODED "<EncodingType>url</EncodingType>"

static void gives(const char *body, const char *want)
{
	_cleanup_(buf_release) struct buf said = BUF_INIT;
	struct error err = {.text = ""};
	struct s3list *list = s3list_parse(body, strlen(body), &err);

	if (!list) {
		check_int(err.kind, KIND_PROTOCOL);
		buf_addf(&said, "! %s", err.text);
	}
	for (size_t i = 0; list && i < list->count; i++) {
		const struct s3list_object *object = &list->objects[i];

		buf_addf(&said, "%s%s|%" PRId64 "\n", object->is_bad ? "! " : "",
			object->key, object->size);
	}
	if (list && list->token)
		buf_addf(&said, "more: %s\n", list->token);
	check_str(said.data, want);
	s3list_free(list);
}

static void reads_pages(void)
{
	gives(PAGE("<Name>b</Name><Prefix>p+q/</Prefix><KeyCount>2</KeyCount>"
		   "<MaxKeys>1000</MaxKeys>" ENCODED "<IsTruncated>false</IsTruncated>"
		   "<Contents><Key>p+q/a%2Bb.txt</Key>"
		   "<LastModified>2009-10-12T17:50:30.000Z</LastModified>"
		   "<ETag>&quot;fba9dede5f27731c9771645a39863328&quot;</ETag>"
		   "<Size>434234</Size><StorageClass>STANDARD</StorageClass>"
		   "<Owner><ID>7</ID><Key>no</Key></Owner></Contents>"
		   "<Contents><Key>p+q/%C3%A4%25%0A</Key><Size>0</Size>"
		   "<StorageClass>GLACIER</StorageClass></Contents>"
		   "<CommonPrefixes><Prefix>x/</Prefix></CommonPrefixes>"),
		"p q/a+b.txt|434234\n"
		"p q/\xc3\xa4%\n|0\n");
	gives(PAGE(""), "");
	gives("<ListBucketResult><Contents><Key>k</Key></Contents></ListBucketResult>",
		"k|-1\n");
	gives("<s:ListBucketResult xmlns:s='urn:any'><s:Contents><s:Key>k</s:Key>"
	      "<s:Size>3</s:Size></s:Contents></s:ListBucketResult>",
		"k|3\n");
}

static void goes_on(void)
{
	gives(PAGE("<IsTruncated>true</IsTruncated><NextContinuationToken>1ue+GcxL=="
		   "</NextContinuationToken><Contents><Key>k</Key></Contents>"),
		"k|-1\nmore: 1ue+GcxL==\n");
	gives(PAGE("<IsTruncated>false</IsTruncated><NextContinuationToken>x"
		   "</NextContinuationToken>"),
		"");
	gives(PAGE("<IsTruncated>true</IsTruncated>"),
		"! the listing says that there is more, but not where");
	gives(PAGE("<IsTruncated>true</IsTruncated><NextContinuationToken/>"),
		"! the listing says that there is more, but not where");
}

/* Only where the page says that keys are encoded, wherever it says so. */
static void decodes_keys(void)
{
#define KEY(key) "<Contents><Key>" key "</Key></Contents>"
	gives(PAGE(KEY("a+b%20c") ENCODED), "a b c|-1\n");
	gives(PAGE(KEY("a+b%20c")), "a+b%20c|-1\n");
	gives(PAGE("<EncodingType/>" KEY("a+b%20c")), "a+b%20c|-1\n");
	gives(PAGE(KEY(" a \n") KEY("..%2F..%2Fetc")), " a \n|-1\n..%2F..%2Fetc|-1\n");
	gives(PAGE(ENCODED KEY("..%2F..%2f%2Fetc") KEY("")), "../..//etc|-1\n|-1\n");
	gives(PAGE(ENCODED KEY("a%00b") KEY("a%0") KEY("+%zz") KEY("%") KEY("ok%21")),
		"! a%00b|-1\n! a%0|-1\n! +%zz|-1\n! "
		"%|-1\nok!|-1\n");
}

static void bad_sizes_are_unknown(void)
{
#define SIZED(size) "<Contents><Key>k</Key><Size>" size "</Size></Contents>"
	gives(PAGE(SIZED("-1") SIZED("x") SIZED("99999999999999999999")
			      SIZED("9223372036854775807")),
		"k|-1\nk|-1\nk|-1\nk|9223372036854775807\n");
}

static void tells_errors(void)
{
	gives("<?xml version='1.0'?><Error><Code>NoSuchBucket</Code>"
	      "<Message>The specified bucket does not exist</Message>"
	      "<Resource>/b</Resource><RequestId>4442</RequestId></Error>",
		"! the listing failed: NoSuchBucket: The specified bucket does not "
		"exist");
	gives("<Error><Code>a\x7f"
	      "b</Code></Error>",
		"! the listing failed: a\\x7Fb: no message");
	gives("<Error/>", "! the listing failed: an error: no message");
}

static void refuses_what_is_none(void)
{
	gives("<html/>", "! the answer is no listing of a bucket");
	gives("<ListAllMyBucketsResult/>", "! the answer is no listing of a bucket");
	gives("", "! the listing:1: it ends too early");
	gives("<ListBucketResult><Contents><Key>k</Key></Contents>",
		"! the listing:1: it ends too early");
	gives(PAGE("<Contents><Size>3</Size></Contents>"),
		"! the listing has an object without a key");
	gives("<!DOCTYPE x><ListBucketResult/>",
		"! the listing:1: it has a DOCTYPE, which is not accepted");
}

/* More than a store should send. */
static void takes_large_pages(void)
{
	_cleanup_(buf_release) struct buf body = BUF_INIT;
	struct s3list *list;

	buf_addstr(&body, "<ListBucketResult>" ENCODED);
	for (int i = 0; i < 50000; i++)
		buf_addf(&body, "<Contents><Key>key+%d</Key><Size>%d</Size></Contents>",
			i, i);
	buf_addstr(&body, "</ListBucketResult>");
	list = s3list_parse(body.data, body.len, NULL);
	check(list != NULL);
	check_int(list->count, 50000);
	check_str(list->objects[49999].key, "key 49999");
	check_int(list->objects[49999].size, 49999);
	s3list_free(list);
	s3list_free(NULL);
}

int main(void)
{
	run(reads_pages);
	run(goes_on);
	run(decodes_keys);
	run(bad_sizes_are_unknown);
	run(tells_errors);
	run(refuses_what_is_none);
	run(takes_large_pages);
	return done();
}
