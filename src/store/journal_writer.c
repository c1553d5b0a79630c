/* journal_writer.c - see journal_writer.h. */
#include "store/journal_writer.h"

#include <errno.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/hash.h"

void journal_writer_release(struct journal_writer *writer)
{
	buf_release(&writer->pending);
	if (writer->fd >= 0)
		close(writer->fd);
	writer->fd = -1;
}

void journal_writer_resume(struct journal_writer *writer, int fd, int64_t end,
	uint64_t sequence, uint32_t salt)
{
	writer->fd = fd;
	writer->end = end;
	writer->sequence = sequence;
	writer->salt = salt;
}

void journal_writer_begin(struct journal_writer *writer, int fd)
{
	journal_writer_resume(writer, fd, 0, 0, 0);
	buf_add(&writer->pending, JOURNAL_MAGIC, JOURNAL_MAGIC_LEN);
}

void journal_writer_add(struct journal_writer *writer, const struct record *record)
{
	unsigned char out[RECORD_MAX];

	buf_add(&writer->pending, out,
		record_encode(out, record, ++writer->sequence, writer->salt));
	if (record->type == RECORD_SESSION)
		writer->salt = record->salt;
}

/* A number that was hardly used before; nobody is to be kept from guessing it. */
static uint32_t new_salt(void)
{
	uint32_t salt;
	nstime now;

	if (getrandom(&salt, sizeof(salt), GRND_NONBLOCK) == (ssize_t)sizeof(salt))
		return salt;
	now = clock_now();
	return (uint32_t)hash64(&now, sizeof(now), (uint64_t)getpid());
}

void journal_writer_add_session(
	struct journal_writer *writer, const struct boot_id *boot)
{
	journal_writer_add(writer,
		&(struct record){
			.type = RECORD_SESSION, .boot = *boot, .salt = new_salt()});
}

int journal_writer_flush(struct journal_writer *writer)
{
	size_t len = writer->pending.len;
	ssize_t count;
	int result = 0;

	do
		count = write(writer->fd, writer->pending.data, len);
	while (count < 0 && errno == EINTR);
	if (count != (ssize_t)len)
		result = count < 0 ? -errno : -ENOSPC;
	buf_clear(&writer->pending);
	if (result == 0) {
		writer->end += (int64_t)len;
		return 0;
	}
	/* If that fails too, the next opening cuts it. */
	if (count > 0 && ftruncate(writer->fd, writer->end) < 0)
		log_debug("cannot cut the journal back: %m");
	return result;
}
