/* test_list.c - intrusive rings. */
#include "tap.h"

#include "base/attr.h"
#include "base/list.h"

struct item {
	char name;
	struct list link;
};

/* The names in order; and checks that the way back is the same. */
static const char *names(const struct list *head)
{
	static char out[16];
	size_t len = 0;

	for (const struct list *at = head->next; at != head; at = at->next) {
		check(at->next->prev == at && at->prev->next == at);
		out[len++] = container_of(at, const struct item, link)->name;
	}
	out[len] = '\0';
	return out;
}

static void keeps_order(void)
{
	struct list head;
	struct item a = {.name = 'a'}, b = {.name = 'b'}, c = {.name = 'c'};

	list_init(&head);
	check(list_empty(&head));
	check_str(names(&head), "");
	list_add_before(&head, &b.link);
	list_add_before(&head, &c.link);     /* at the tail */
	list_add_before(head.next, &a.link); /* at the front */
	check(!list_empty(&head));
	check_str(names(&head), "abc");
	list_remove(&b.link);
	check_str(names(&head), "ac");
	list_add_before(&c.link, &b.link);
	check_str(names(&head), "abc");
}

static void removal_is_harmless_twice(void)
{
	struct list head;
	struct item a = {.name = 'a'};

	list_init(&head);
	list_init(&a.link);
	list_remove(&a.link);
	list_add_before(&head, &a.link);
	list_remove(&a.link);
	list_remove(&a.link);
	check(list_empty(&a.link));
	check(list_empty(&head));
}

static void pops_in_order(void)
{
	struct list head;
	struct item items[3] = {{.name = 'x'}, {.name = 'y'}, {.name = 'z'}};

	list_init(&head);
	check(list_pop(&head) == NULL);
	for (size_t i = 0; i < ARRAY_LEN(items); i++)
		list_add_before(&head, &items[i].link);
	for (size_t i = 0; i < ARRAY_LEN(items); i++) {
		struct list *first = list_pop(&head);

		check(first == &items[i].link);
		check(list_empty(first));
	}
	check(list_empty(&head));
	check(list_pop(&head) == NULL);
}

int main(void)
{
	run(keeps_order);
	run(removal_is_harmless_twice);
	run(pops_in_order);
	return done();
}
