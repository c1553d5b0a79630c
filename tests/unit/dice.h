/* dice.h - random numbers that a seed makes again. */
#ifndef SEINE_TESTS_DICE_H
#define SEINE_TESTS_DICE_H

#include <stdbool.h>
#include <stdint.h>

struct dice {
	uint64_t state;
};

/* splitmix64. */
static inline uint64_t dice_roll(struct dice *dice)
{
	uint64_t z = dice->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* From 0 to below - 1. */
static inline uint64_t dice_below(struct dice *dice, uint64_t below)
{
	return (dice_roll(dice) >> 11) % below;
}

/* In [0, 1). */
static inline double dice_real(struct dice *dice)
{
	return (double)(dice_roll(dice) >> 11) * 0x1p-53;
}

static inline bool dice_chance(struct dice *dice, double probability)
{
	return dice_real(dice) < probability;
}

#endif
