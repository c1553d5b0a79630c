/* test_json.c - base/json.h: what goes in as bytes comes back as valid JSON. */
#include "base/json.h"

#include <math.h>

#include "tap.h"

/* One line, and parsed back; yours. */
static json_t *back(json_t *object)
{
	_cleanup_(buf_release) struct buf line = BUF_INIT;
	json_t *parsed;

	json_add_line(&line, object);
	json_decref(object);
	check(line.len > 0 && strchr(line.data, '\n') == line.data + line.len - 1);
	parsed = json_loads(line.data, JSON_REJECT_DUPLICATES, NULL);
	check(parsed != NULL);
	return parsed;
}

static void text_of(const char *in, const char *want)
{
	json_t *object = json_new();

	json_put_text(object, "text", in);
	object = back(object);
	check_str(json_string_value(json_object_get(object, "text")), want);
	json_decref(object);
}

static void keeps_text(void)
{
	text_of("", "");
	text_of("plain", "plain");
	text_of("a\nb\r\t\"\\/", "a\nb\r\t\"\\/");
	text_of("=cmd()|\x1b]52;c;\x07", "=cmd()|\x1b]52;c;\x07");
	text_of("\x7f\x7f|\x7f", "\x7f\x7f|\x7f");
	text_of("Fisch\xe2\x80\xaenetz \xf0\x9f\x90\x9f",
		"Fisch\xe2\x80\xaenetz \xf0\x9f\x90\x9f");
}

static void escapes_what_is_not_utf8(void)
{
	text_of("\xff", "%FF");
	text_of("a\xc0\xaf", "a%C0%AF");
	text_of("\xed\xa0\x80", "%ED%A0%80"); /* a surrogate */
	text_of("cut \xe2\x82", "cut %E2%82");
}

static void line_is_ascii(void)
{
	_cleanup_(buf_release) struct buf line = BUF_INIT;
	json_t *object = json_new();

	json_put_text(object, "text", "\xc2\x9b\xe2\x80\xae\xc3\xa4\x1b\n\x7f");
	json_add_line(&line, object);
	json_decref(object);
	for (size_t i = 0; i + 1 < line.len; i++)
		check(line.data[i] >= 0x20 && line.data[i] < 0x7f);
}

static void nothing_is_null(void)
{
	json_t *object = json_new();

	json_put_text(object, "text", NULL);
	json_put_null(object, "null");
	json_put_seconds(object, "never", -1);
	json_put_real(object, "infinite", INFINITY);
	json_put_real(object, "nan", NAN);
	object = back(object);
	check_int(json_object_size(object), 5);
	check(json_is_null(json_object_get(object, "text")));
	check(json_is_null(json_object_get(object, "null")));
	check(json_is_null(json_object_get(object, "never")));
	check(json_is_null(json_object_get(object, "infinite")));
	check(json_is_null(json_object_get(object, "nan")));
	json_decref(object);
}

static void numbers(void)
{
	_cleanup_(buf_release) struct buf line = BUF_INIT;
	json_t *object = json_new();

	json_put_count(object, "most", INT64_MAX);
	json_put_count(object, "least", INT64_MIN);
	json_put_seconds(object, "none", 0);
	json_put_seconds(object, "micro", 1999);
	json_put_seconds(object, "long", 123456789 * NS_PER_US);
	json_put_child(object, "child", json_new());
	json_add_line(&line, object);
	json_decref(object);
	check_str(line.data,
		"{\"most\":9223372036854775807,\"least\":-9223372036854775808,"
		"\"none\":0.0,\"micro\":1e-6,\"long\":123.456789,\"child\":{}}\n");
}

static json_t *read_text(const char *text)
{
	return json_read(text, strlen(text));
}

static void reads_objects_only(void)
{
	static const char *const others[] = {"", " ", "{", "[]", "1", "null", "{}x",
		"{}{}", "{\"a\":1,\"a\":2}", "{\"a\":\"\xff\"}"};
	json_t *object = read_text(" {} \n");

	check(object != NULL);
	json_decref(object);
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		check(read_text(others[i]) == NULL);
	check(json_read("{}", 1) == NULL);
}

static void reads_members(void)
{
	json_t *object = read_text("{\"count\":42,\"text\":\"42\",\"real\":1.5,"
				   "\"micro\":0.000001,\"null\":null,\"less\":-1,"
				   "\"huge\":1e300}");

	check_int(json_get_count(object, "count"), 42);
	check_int(json_get_count(object, "less"), -1);
	check_int(json_get_count(object, "text"), 0);
	check_int(json_get_count(object, "real"), 0);
	check_int(json_get_count(object, "none"), 0);
	check_int(json_get_seconds(object, "real"), 1500 * NS_PER_MS);
	check_int(json_get_seconds(object, "micro"), NS_PER_US);
	check_int(json_get_seconds(object, "count"), 42 * NS_PER_SEC);
	check_int(json_get_seconds(object, "null"), -1);
	check_int(json_get_seconds(object, "text"), -1);
	check_int(json_get_seconds(object, "none"), -1);
	check_int(json_get_seconds(object, "less"), -1);
	check_int(json_get_seconds(object, "huge"), -1);
	json_decref(object);
	/* Of what is no object nothing can be had, and nothing breaks. */
	check_int(json_get_count(NULL, "count"), 0);
	check_int(json_get_seconds(NULL, "count"), -1);
}

static void reads_values_of_any_type(void)
{
	static const char *const values[] = {
		"\"a\"", "[]", "{}", "1", " null ", "true"};
	struct error err;

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		json_t *value = json_read_any(values[i], strlen(values[i]), &err);

		check(value != NULL);
		json_decref(value);
	}
	check(json_read_any("", 0, NULL) == NULL);
}

/* The reason, and nothing of the text. */
static void says_why_it_cannot_read(void)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{"{", "it breaks off"},
		{"\"canary", "it breaks off"},
		{"canary", "it is malformed"},
		{"{} canary", "there is more after its end"},
		{"{\"canary\":1,\"canary\":2}", "a key is there twice"},
		{"{\"canary\\u0000\":1}", "a string has a NUL in it"},
		{"\"canary\\u0000\"", "a string has a NUL in it"},
		{"\"canary\xff\"", "it is not UTF-8"},
		{"\"\\ud800 canary\"", "it is malformed"},
		{"123456789012345678901234567890", "a number does not fit"},
		{"1e999", "a number does not fit"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct error err = {.text = ""};

		check(json_read_any(rows[i].text, strlen(rows[i].text), &err) == NULL);
		check_int(err.kind, KIND_INPUT);
		check(strstr(err.text, "canary") == NULL);
		if (!strstr(err.text, rows[i].why))
			check_str(err.text, rows[i].why);
	}
}

int main(void)
{
	run(keeps_text);
	run(escapes_what_is_not_utf8);
	run(line_is_ascii);
	run(nothing_is_null);
	run(numbers);
	run(reads_objects_only);
	run(reads_members);
	run(reads_values_of_any_type);
	run(says_why_it_cannot_read);
	return done();
}
