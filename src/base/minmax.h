/* minmax.h - the smaller and the larger of two numbers, neither of which is NaN (fmin and fmax
 * would want libm). Pure. */
#ifndef SEINE_BASE_MINMAX_H
#define SEINE_BASE_MINMAX_H

static inline double dmin(double a, double b)
{
	return a < b ? a : b;
}

static inline double dmax(double a, double b)
{
	return a > b ? a : b;
}

#endif
