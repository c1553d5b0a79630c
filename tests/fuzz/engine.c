/* engine.c - the targets as libFuzzer wants them: one program, "fuzz --target=NAME", with
 * libFuzzer's own flags and directories behind it. (libFuzzer passes over what begins with
 * "--".) The target is the one thing here that outlives a call, since libFuzzer leaves no
 * other place. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

#define OPTION "--target="

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static fuzz_target *target;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const struct fuzz_row *row = NULL;

	for (int i = 1; i < *argc; i++)
		if (strncmp((*argv)[i], OPTION, strlen(OPTION)) == 0)
			row = fuzz_find((*argv)[i] + strlen(OPTION));
	if (!row) {
		fputs("usage: fuzz " OPTION "NAME [-FLAG=VALUE]... [CORPUS]...\n",
			stderr);
		for (row = fuzz_targets; row->name; row++)
			fprintf(stderr, "\t%s\n", row->name);
		exit(2);
	}
	target = row->target;
	fuzz_start();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	target(data, len);
	return 0;
}
