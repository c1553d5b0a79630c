/* least.h - the smaller and the larger of two numbers, neither of which is NaN (fmin and fmax
 * would want libm). Pure. */
#ifndef SEINE_BASE_LEAST_H
#define SEINE_BASE_LEAST_H

static inline double least(double a, double b)
{
	return a < b ? a : b;
}

static inline double most(double a, double b)
{
	return a > b ? a : b;
}

#endif
