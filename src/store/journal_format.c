/* journal_format.c - see journal_format.h. A pair of cursors, one that puts and one that
 * gets, and for each type one function on either side that must agree.
 *
 * What has the right check sum was written by us. All the same nothing of it is believed
 * that would not be valid as a value here: a journal is a file like others. */
#include "store/journal_format.h"

#include <string.h>

#include "base/crc.h"

#define HEAD 16 /* bytes before what the type has */
#define CRC 4   /* ... of these, the check sum itself */
#define FLAG_SYNCED 1

/* Writing. There is always room: RECORD_MAX is more than the longest record has. */

static unsigned char *put(unsigned char *at, uint64_t value, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		at[i] = (unsigned char)(value >> (8 * i));
	return at + bytes;
}

/* A NULL is written as the empty string. */
static unsigned char *put_text(unsigned char *at, const char *text)
{
	size_t len = text ? strlen(text) : 0;

	if (len > 0)
		memcpy(at, text, len);
	at[len] = '\0';
	return at + len + 1;
}

static unsigned char *put_begin(unsigned char *at, const struct record *record)
{
	at = put(at, record->id, 8);
	at = put(at, record->urls, 8);
	at = put(at, (uint64_t)record->size, 8);
	at = put_text(at, record->path);
	at = put_text(at, record->etag);
	at = put_text(at, record->modified);
	if (record->digest || record->teller > 0 || record->name)
		at = put_text(at, record->digest);
	if (record->teller > 0 || record->name)
		at = put(at, record->teller, 4);
	return record->name ? put_text(at, record->name) : at;
}

static unsigned char *put_payload(unsigned char *at, const struct record *record)
{
	switch (record->type) {
	case RECORD_SESSION:
		memcpy(at, record->boot.bytes, sizeof(record->boot.bytes));
		return put(at + sizeof(record->boot.bytes), record->salt, 4);
	case RECORD_BEGIN:
		return put_begin(at, record);
	case RECORD_RANGE:
		at = put(at, record->id, 8);
		at = put(at, (uint64_t)record->range.first, 8);
		return put(at, (uint64_t)record->range.last, 8);
	case RECORD_DROP:
		return put(at, record->id, 8);
	case RECORD_DONE:
		at = put(at, record->id, 8);
		at = put(at, record->path_hash, 8);
		at = put(at, (uint64_t)record->size, 8);
		return record->urls ? put(at, record->urls, 8) : at;
	case RECORD_SYNC:
		return put(at, record->upto, 8);
	case RECORD_END:
	case RECORD_OVER:
	case RECORD_OVER_IN_DOUBT:
		break;
	}
	return at;
}

static uint32_t check_sum(const unsigned char *record, size_t len, uint32_t salt)
{
	return (uint32_t)crc_update(CRC_32C, salt, record + CRC, len - CRC);
}

size_t record_encode(unsigned char out[RECORD_MAX], const struct record *record,
	uint64_t sequence, uint32_t salt)
{
	size_t len = (size_t)(put_payload(out + HEAD, record) - out);

	put(out + 4, len, 2);
	out[6] = (unsigned char)record->type;
	out[7] = record->synced ? FLAG_SYNCED : 0;
	put(out + 8, sequence, 8);
	put(out, check_sum(out, len, salt), CRC);
	return len;
}

/* Reading. */

static uint64_t load(const unsigned char *at, size_t bytes)
{
	uint64_t value = 0;

	for (size_t i = 0; i < bytes; i++)
		value |= (uint64_t)at[i] << (8 * i);
	return value;
}

/* What is left of a payload. After a failure nothing is left, and `bad` is set. */
struct rest {
	const unsigned char *at;
	size_t len;
	bool bad;
};

static uint64_t get(struct rest *rest, size_t bytes)
{
	uint64_t value;

	if (rest->len < bytes) {
		*rest = (struct rest){.bad = true};
		return 0;
	}
	value = load(rest->at, bytes);
	rest->at += bytes;
	rest->len -= bytes;
	return value;
}

/* NULL for the empty string. */
static const char *get_text(struct rest *rest, size_t max)
{
	const char *text = (const char *)rest->at;
	const char *end = rest->len > 0 ? memchr(text, '\0', rest->len) : NULL;

	if (!end || (size_t)(end - text) > max) {
		*rest = (struct rest){.bad = true};
		return NULL;
	}
	rest->at += end - text + 1;
	rest->len -= (size_t)(end - text) + 1;
	return end > text ? text : NULL;
}

static void get_id(struct rest *rest, struct record *record, uint64_t least)
{
	record->id = get(rest, 8);
	if (record->id < least || record->id > INT64_MAX)
		rest->bad = true;
}

static void get_session(struct rest *rest, struct record *record)
{
	for (size_t i = 0; i < sizeof(record->boot.bytes); i++)
		record->boot.bytes[i] = (unsigned char)get(rest, 1);
	record->salt = (uint32_t)get(rest, 4);
}

/* What is as it mostly is is not said, if nothing follows that is: no digest, the first URL, no
 * name. */
static void get_more(struct rest *rest, struct record *record)
{
	bool said;

	record->digest = get_text(rest, VALIDATOR_MAX);
	said = record->digest;
	if (rest->len > 0) {
		record->teller = (uint32_t)get(rest, 4);
		said = record->teller > 0;
	}
	if (rest->len > 0) {
		record->name = get_text(rest, VALIDATOR_MAX);
		said = record->name;
	}
	rest->bad |= !said;
}

static void get_begin(struct rest *rest, struct record *record)
{
	get_id(rest, record, 1);
	record->urls = get(rest, 8);
	record->size = (int64_t)get(rest, 8);
	record->path = get_text(rest, PATH_MAX - 1);
	record->etag = get_text(rest, VALIDATOR_MAX);
	record->modified = get_text(rest, VALIDATOR_MAX);
	if (rest->len > 0)
		get_more(rest, record);
	if (record->size < -1 || !record->path)
		rest->bad = true;
}

static void get_range(struct rest *rest, struct record *record)
{
	get_id(rest, record, 1);
	record->range.first = (int64_t)get(rest, 8);
	record->range.last = (int64_t)get(rest, 8);
	if (record->range.first < 0 || record->range.last < record->range.first ||
		record->range.last > RANGE_OPEN)
		rest->bad = true;
}

static void get_done(struct rest *rest, struct record *record)
{
	get_id(rest, record, 0);
	record->path_hash = get(rest, 8);
	record->size = (int64_t)get(rest, 8);
	if (record->size < 0)
		rest->bad = true;
	if (rest->len == 0)
		return;
	record->urls = get(rest, 8);
	if (record->urls == 0)
		rest->bad = true;
}

static bool get_payload(struct rest *rest, struct record *record)
{
	switch (record->type) {
	case RECORD_SESSION:
		get_session(rest, record);
		break;
	case RECORD_BEGIN:
		get_begin(rest, record);
		break;
	case RECORD_RANGE:
		get_range(rest, record);
		break;
	case RECORD_DROP:
		get_id(rest, record, 1);
		break;
	case RECORD_DONE:
		get_done(rest, record);
		break;
	case RECORD_SYNC:
		record->upto = get(rest, 8);
		if (record->upto >= record->sequence)
			rest->bad = true;
		break;
	case RECORD_END:
	case RECORD_OVER:
	case RECORD_OVER_IN_DOUBT:
		break;
	default:
		return false;
	}
	return !rest->bad && rest->len == 0;
}

size_t record_decode(struct record *record, const unsigned char *data, size_t len,
	uint64_t sequence, uint32_t salt)
{
	size_t size = len < HEAD ? 0 : (size_t)load(data + 4, 2);
	struct rest rest;

	if (size < HEAD || size > len || size > RECORD_MAX ||
		load(data + 8, 8) != sequence ||
		load(data, CRC) != check_sum(data, size, salt))
		return 0;
	*record = (struct record){
		.type = data[6], .synced = data[7] & FLAG_SYNCED, .sequence = sequence};
	rest = (struct rest){.at = data + HEAD, .len = size - HEAD};
	return get_payload(&rest, record) ? size : 0;
}
