/* The glue between libcurl's multi_socket interface and the loop. Nothing here calls
 * libcurl from inside one of its callbacks: those only note what is wanted. */
#include "engine/shard.h"

#include <sys/epoll.h>

/* A connection that idles costs a little at each sweep and a descriptor: keep about as
 * many as can be busy. */
#define IDLE_CONNECTIONS (SHARD_TRANSFERS_MAX + SHARD_TRANSFERS_MAX / 4)

static int on_socket(CURL *easy _unused_, curl_socket_t fd, int what, void *context,
	void *socket _unused_)
{
	struct shard *shard = context;
	uint32_t events = 0;

	if (what == CURL_POLL_IN || what == CURL_POLL_INOUT)
		events |= EPOLLIN;
	if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
		events |= EPOLLOUT;
	loop_want(shard->loop, fd, events, &shard->watcher);
	return 0;
}

static int on_timeout(CURLM *multi _unused_, long ms, void *context)
{
	struct shard *shard = context;

	loop_set_timer(shard->loop, &shard->timer,
		ms < 0 ? NSTIME_NEVER : clock_now() + ms * NS_PER_MS);
	return 0;
}

static void on_ready(struct watcher *watcher, int fd, uint32_t events)
{
	struct shard *shard = container_of(watcher, struct shard, watcher);
	int running, mask = 0;

	if (events & (EPOLLIN | EPOLLHUP))
		mask |= CURL_CSELECT_IN;
	if (events & EPOLLOUT)
		mask |= CURL_CSELECT_OUT;
	if (events & EPOLLERR)
		mask |= CURL_CSELECT_ERR;
	curl_multi_socket_action(shard->multi, fd, mask, &running);
}

static void on_due(struct timer *timer, nstime now _unused_)
{
	struct shard *shard = container_of(timer, struct shard, timer);
	int running;

	curl_multi_socket_action(shard->multi, CURL_SOCKET_TIMEOUT, 0, &running);
}

/* Where descriptors are few, an idle connection must go before another is opened. */
static CURLMcode limit_connections(struct shard *shard, size_t connections)
{
	long most = IDLE_CONNECTIONS;
	CURLMcode code = CURLM_OK;

	if (connections < (size_t)most) {
		most = (long)connections;
		code = curl_multi_setopt(
			shard->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, most);
	}
	return code ? code
		    : curl_multi_setopt(shard->multi, CURLMOPT_MAXCONNECTS, most);
}

int shard_init(struct shard *shard, struct loop *loop,
	void (*done)(struct shard *, CURL *, CURLcode), size_t connections,
	struct error *err)
{
	CURLMcode code = CURLM_OK;

	*shard = (struct shard){.multi = curl_multi_init(),
		.loop = loop,
		.watcher = {.ready = on_ready},
		.timer = {.due = on_due},
		.done = done};
	pins_init(&shard->pins);
	if (!shard->multi)
		return error_set(
			err, KIND_INTERNAL, 0, "libcurl has no multi handle for us");
	code = curl_multi_setopt(shard->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	if (!code)
		code = curl_multi_setopt(shard->multi, CURLMOPT_SOCKETDATA, shard);
	if (!code)
		code = curl_multi_setopt(
			shard->multi, CURLMOPT_TIMERFUNCTION, on_timeout);
	if (!code)
		code = curl_multi_setopt(shard->multi, CURLMOPT_TIMERDATA, shard);
	if (!code)
		code = limit_connections(shard, connections);
	if (code)
		return error_set(err, KIND_INTERNAL, (int)code, "libcurl: %s",
			curl_multi_strerror(code));
	return 0;
}

void shard_release(struct shard *shard)
{
	if (!shard->multi)
		return;
	curl_multi_cleanup(shard->multi);
	loop_clear_timer(shard->loop, &shard->timer);
	pins_release(&shard->pins);
	shard->multi = NULL;
}

int shard_add(struct shard *shard, CURL *easy, struct error *err)
{
	CURLMcode code = curl_multi_add_handle(shard->multi, easy);

	if (code)
		return error_set(err, KIND_INTERNAL, (int)code, "libcurl: %s",
			curl_multi_strerror(code));
	shard->in_flight++;
	return 0;
}

void shard_remove(struct shard *shard, CURL *easy)
{
	curl_multi_remove_handle(shard->multi, easy);
	shard->in_flight--;
}

void shard_reap(struct shard *shard)
{
	CURLMsg *message;
	int left;

	if (shard->in_flight == 0)
		return;
	/* One at a time: removing a handle makes libcurl search its list of messages. */
	while ((message = curl_multi_info_read(shard->multi, &left))) {
		CURL *easy = message->easy_handle;
		CURLcode code = message->data.result;

		shard_remove(shard, easy);
		shard->done(shard, easy, code);
	}
}
